"""One SCIM request, served by scim2-server over our storage. Imported when somebody asks: it costs memory."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from scim2_models import SCIMException
from scim2_server.handler import AsyncScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService

from app.scim.pushing import Pushing
from app.scim.schemas import provider
from app.scim.storage import Storage

READING = frozenset({"GET", "HEAD"})
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Scim:
    """Made once in each process that is asked."""

    service: ScimService

    async def serve(self, request: ScimRequest, pushing: Pushing) -> ScimResponse:
        """What SCIM refuses is answered as SCIM does; what nobody thought of goes on to whoever answers for all."""
        storage = Storage(pushing, self.service.provider, reads=request.method in READING)
        try:
            return await AsyncScimHandler(self.service, storage).handle(request)
        except SCIMException as refused:
            log.info("scim.refused", status=refused.status, kind=type(refused).__name__)
            return self.service.error_response(refused)


def make(*, max_payload_bytes: int) -> Scim:
    return Scim(ScimService(provider(max_payload_bytes=max_payload_bytes)))
