from __future__ import annotations

from app.catalogue.published import ACCESS_ORDERED, Published
from service_catalog.schema import Catalogue
from sla.load import Sla


async def test_what_is_published_keeps_the_order_it_was_written_in(
    published: Published, shipped: tuple[Catalogue, Sla]
) -> None:
    assert list(published.catalogue.units) == list(shipped[0].units)
    assert list(published.catalogue.services) == list(shipped[0].services)
    for part in ACCESS_ORDERED:
        assert list(getattr(published.catalogue.access, part)) == list(getattr(shipped[0].access, part))
    assert published.catalogue.access == shipped[0].access
