"""The application: its rooms, what stands in front of them, and what it opens and closes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Security
from fastapi.security import HTTPBearer
from obstore.store import ObjectStore
from starlette.middleware import Middleware
from starlette_compress import CompressMiddleware

from app import health
from app.access.targets import targets_of
from app.account.keys_api import router as keys_api
from app.account.routes import router as account
from app.administration.api import router as administration_api
from app.administration.routes import router as administration
from app.agreements.api import router as agreements_api
from app.catalogue.api import router as catalogue_api
from app.catalogue.published import refresh_published
from app.database.session import make_engine, make_readers, make_sessions
from app.desk.routes import router as desk
from app.identity.allowance import Allowances
from app.identity.issuers import issuers_of
from app.journeys.api import router as journeys_api
from app.leader.access import router as leader_access
from app.leader.away import router as leader_away
from app.leader.changes import router as changes
from app.leader.externals import router as externals
from app.leader.hiring import router as hiring
from app.leader.journeys import router as journeys
from app.leader.matches import router as matches
from app.leader.measures import router as leader_measures
from app.leader.notices import router as leader_notices
from app.leader.review import router as leader_review
from app.leader.routes import router as leader
from app.leader.task_pages import router as leader_tasks
from app.leader.wheel import router as leader_wheel
from app.logs import never_log
from app.operations.access_pages import router as access_operations
from app.operations.delivery_pages import router as operations
from app.oversight.api import router as oversight_api
from app.oversight.routes import router as oversight
from app.portal.routes import router as portal
from app.privacy import access_pages, insight_api, insight_pages, numbers_page
from app.reminders.feed import router as task_feed
from app.reporting.routes import router as reporting
from app.reporting.time_thieves import router as time_thieves
from app.scim.routes import router as scim
from app.settings import Settings, get_settings
from app.tasks.api import router as tasks_api
from app.tasks.external_api import router as external_tasks_api
from app.tickets.api import router as tickets_api
from app.tickets.approvals_api import router as approvals_api
from app.tickets.attachments import open_store
from app.tickets.attachments_api import router as attachments_api
from app.tickets.clocks_api import router as clocks_api
from app.tickets.glass_api import router as glass_api
from app.tickets.persons_api import router as persons_api
from app.tickets.ties_api import router as ties_api
from app.web import language, problems, static_files
from app.web.body import BodyGuard
from app.web.csrf import check_csrf
from app.web.forms import close_form
from app.web.proxies import behind_proxies
from app.web.security import SecurityHeaders
from app.whistleblowing.routes import router as whistleblowing

DESCRIPTION = """\
Everything the pages do, by the same rules: services, tickets, approvals.

* Sign in with `Authorization: Bearer …`: a person's API key, or a system's access token (OAuth 2.0 client credentials).
* Whoever asks too often is answered 429, with Retry-After.
* Errors are problem+json (RFC 9457) in the language of `Accept-Language` or of the person.
* Creating needs an `Idempotency-Key`, changing needs `If-Match` with the `ETag` you read.
* Lists come in pages; follow `next` until it is null.
* What you may not see answers 404, exactly as what does not exist.
"""

BEARER = HTTPBearer(
    scheme_name="bearer", description="An API key, or a system's access token.", auto_error=False
)


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or get_settings()
    never_log(settings.secrets())
    app = FastAPI(
        title="Skranke",
        version="1.0.0",
        summary="One way in to a municipality's internal services.",
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        # Such a redirect would name the host that the client asked for, over the protocol behind the proxy.
        redirect_slashes=False,
        lifespan=lifespan,
        dependencies=[Depends(close_form), Depends(check_csrf)],
        middleware=[
            *behind_proxies(settings),
            Middleware(SecurityHeaders, settings=settings),
            Middleware(CompressMiddleware, minimum_size=800),
            Middleware(problems.Failures),
            Middleware(BodyGuard, settings=settings),
        ],
    )
    app.state.settings = settings
    app.state.published = None
    app.state.targets = targets_of(settings)
    app.state.attachments = _store(settings)
    app.state.issuers = issuers_of(settings)
    app.state.allowances = Allowances.of(
        settings.person_requests_per_minute, settings.address_requests_per_minute
    )
    problems.install(app)
    _add_rooms(app)
    return app


def _store(settings: Settings) -> ObjectStore | None:
    """None for commands that only describe the product and have nowhere to keep files."""
    has_place = settings.attachments_url or settings.data or settings.database_url
    return open_store(settings) if has_place else None


def _add_rooms(app: FastAPI) -> None:
    """One room after the other is asked whether a path is its own: those that are asked the most come first."""
    app.mount(
        "/static", static_files.Immutable(directory=static_files.STATIC, check_dir=False), name="static"
    )
    for api in (
        tickets_api,
        catalogue_api,
        agreements_api,
        clocks_api,
        approvals_api,
        tasks_api,
        external_tasks_api,
        persons_api,
        glass_api,
        ties_api,
        attachments_api,
        oversight_api,
        administration_api,
        keys_api,
        journeys_api,
        numbers_page.api,
        insight_api.router,
    ):
        # Only tells the document how to sign in; `Me` is what decides.
        app.include_router(api, dependencies=[Security(BEARER)])
    for router in (
        portal,
        desk,
        health.router,
        static_files.router,
        language.router,
        account,
        whistleblowing,
        numbers_page.pages,
        insight_pages.router,
        access_pages.router,
        leader,
        leader_access,
        leader_review,
        externals,
        matches,
        hiring,
        changes,
        journeys,
        leader_tasks,
        leader_away,
        leader_wheel,
        leader_notices,
        leader_measures,
        task_feed,
        reporting,
        time_thieves,
        oversight,
        operations,
        access_operations,
        administration,
        scim,
    ):
        app.include_router(router)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Opens what every request shares. The engine connects on first use: a database that is away is a 503."""
    settings: Settings = app.state.settings
    if settings.database_url is None:
        raise RuntimeError("SKRANKE_DATABASE_URL is not set; `skranke serve` sets it for the embedded server")
    engine = make_engine(settings.database_url, pool_size=settings.pool_size)
    app.state.sessions = make_sessions(engine)
    app.state.readers = make_readers(engine)
    polling = asyncio.create_task(refresh_published(app))
    try:
        yield
    finally:
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await app.state.issuers.close()
        await engine.dispose()
