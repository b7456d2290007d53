"""The shipped catalogue, read once."""

from __future__ import annotations

import pytest

from service_catalog.load import Sources, read_catalogue
from service_catalog.schema import Catalogue
from sla.load import Sla, load_sla


@pytest.fixture(scope="session")
def shipped() -> tuple[Catalogue, Sources]:
    return read_catalogue()


@pytest.fixture(scope="session")
def catalogue(shipped: tuple[Catalogue, Sources]) -> Catalogue:
    return shipped[0]


@pytest.fixture(scope="session")
def sla() -> Sla:
    return load_sla()
