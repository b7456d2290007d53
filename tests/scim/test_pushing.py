"""What a push does to people, their jobs and their way in; and who may push."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.session import Sessions
from app.deliveries.models import Delivery
from app.events.log import history
from app.feed.models import WaitingRow
from app.feed.turns import take_turns
from app.identity.actor import system_actor
from app.identity.directory import Rule
from app.identity.issuers import OIDC
from app.identity.models import Identity
from app.issuer_settings import Issuer
from app.people.models import Engagement, EngagementKind, Leave, Membership, Person
from app.scim.keys import make_scim_key
from app.settings import Settings
from tests.cast import Cast
from tests.conftest import BASE_URL, AsPerson

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
JOBS = "urn:ietf:params:scim:schemas:extension:skranke:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENGAGEMENT = "urn:ietf:params:scim:schemas:skranke:2.0:Engagement"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
AUTHORITY = "https://login.fjordvik.example/v2.0"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """People sign in with Entra ID, by their object id."""
    entra = Issuer(authority=AUTHORITY, client_id="skranke", client_secret="hemmelig", subject_claim="oid")
    return settings.model_copy(update={"oidc": entra})


@pytest.fixture
async def entra(app: FastAPI, sessions: Sessions, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    """The directory, with its key."""
    async with sessions() as session, session.begin():
        key = await make_scim_key(session, "Entra", days=1, by=system_actor("test"))
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/scim+json"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url=f"{BASE_URL}/scim/v2", headers=headers
    ) as client:
        yield client


def user(name: str, **more: Any) -> dict[str, Any]:
    first, last = name.split()
    return {
        "schemas": [USER, *(key for key in more if key.startswith("urn:"))],
        "userName": f"{first.lower()}@fjordvik.example",
        "name": {"givenName": first, "familyName": last},
        "active": True,
        **more,
    }


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


async def person_called(session: AsyncSession, name: str) -> Person:
    found = await session.scalars(
        select(Person).where(Person.name == name).execution_options(populate_existing=True)
    )
    return found.one()


async def jobs_of(session: AsyncSession, person_id: int) -> list[Engagement]:
    query = select(Engagement).where(Engagement.person_id == person_id).order_by(Engagement.starts_on)
    return list(await session.scalars(query.execution_options(populate_existing=True)))


async def test_only_a_key_for_it_may_push_and_it_may_nothing_else(
    entra: httpx.AsyncClient,
    client: httpx.AsyncClient,
    as_person: AsPerson,
    in_browser: AsPerson,
    cast: Cast,
) -> None:
    nobody = await client.get("/scim/v2/Users")
    assert (nobody.status_code, nobody.headers["content-type"]) == (401, "application/scim+json")
    assert "WWW-Authenticate" in nobody.headers
    assert (await as_person(cast.petra).get("/scim/v2/Users")).status_code == 403
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        browser = await in_browser(cast.petra).request(method, "/scim/v2/Users/1", json={})
        assert browser.status_code == 403, "a cookie opens nothing here, whoever's page asks"
    assert (await entra.get("/Users")).status_code == 200
    with_its_key = {"Authorization": entra.headers["Authorization"]}
    assert (await client.get("/api/v1/me/keys", headers=with_its_key)).status_code in (403, 404)
    assert (await client.get("/api/v1/services", headers=with_its_key)).status_code == 403


async def test_a_user_becomes_a_person_who_can_sign_in_and_has_a_job(
    entra: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    told = user(
        "Nora Vik",
        externalId="0f1e-oid",
        title="Sykepleier",
        emails=[{"value": "nora.vik@fjordvik.example", "type": "work"}],
        phoneNumbers=[{"value": "+47 412 34 567", "type": "mobile"}],
        preferredLanguage="nn-NO",
        **{
            ENTERPRISE: {"employeeNumber": "200001", "department": "Solbakken sykehjem"},
            JOBS: {"startsOn": "2026-08-01", "positionCode": "7174", "percent": "80"},
        },
    )
    made = await entra.post("/Users", json=told)
    assert made.status_code == 201, made.text
    nora = await person_called(session, "Nora Vik")
    assert (nora.employee_number, nora.phone, nora.language) == ("200001", "41234567", "nn")
    known = await session.scalars(select(Identity.subject).where(Identity.person_id == nora.id))
    assert known.all() == ["0f1e-oid"]
    (job,) = await jobs_of(session, nora.id)
    assert (job.org_unit_id, job.title, job.percent) == (cast.solbakken.id, "Sykepleier", Decimal(80))
    assert [event.kind for event in await history(session, "engagement", job.id)] == ["engagement.joined"]
    again = await entra.put(f"/Users/{made.json()['id']}", json=told)
    assert again.json()["meta"]["version"] == made.json()["meta"]["version"], "nothing changed"
    found = await entra.get("/Users", params={"filter": 'userName eq "NORA@fjordvik.example"'})
    assert [each["id"] for each in found.json()["Resources"]] == [made.json()["id"]]


async def test_somebody_known_by_their_number_is_not_made_twice(
    entra: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    number = {ENTERPRISE: {"employeeNumber": cast.alice.employee_number}}
    before = await session.scalar(select(func.count()).select_from(Person))
    assert (
        await entra.post("/Users", json=user("Alice Berg", externalId="a-1", **number))
    ).status_code == 201
    assert await session.scalar(select(func.count()).select_from(Person)) == before
    second = await entra.post("/Users", json={**user("Alice Annen", externalId="a-2", **number)})
    assert second.status_code == 409, "two users are not one person"
    assert second.json()["scimType"] == "uniqueness"


async def test_inactive_ends_their_way_in_at_once_and_active_opens_it(
    entra: httpx.AsyncClient, in_browser: AsPerson, cast: Cast, session: AsyncSession
) -> None:
    number = {ENTERPRISE: {"employeeNumber": cast.alice.employee_number}}
    made = (await entra.post("/Users", json=user("Alice Berg", **number))).json()
    browser = in_browser(cast.alice)
    assert (await browser.get("/")).status_code == 200
    # As Entra writes it.
    off = patch({"op": "Replace", "path": "active", "value": "False"})
    assert (await entra.patch(f"/Users/{made['id']}", json=off)).status_code == 204
    assert (await browser.get("/")).status_code == 303
    on = patch({"op": "Replace", "path": "active", "value": "True"})
    await entra.patch(f"/Users/{made['id']}", json=on)
    assert (await person_called(session, "Alice Berg")).active


async def test_jobs_are_told_of_each_on_its_own_also_to_come_moved_on_leave_and_taken_back(
    entra: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    made = (await entra.post("/Users", json=user("Nora Vik", externalId="nora"))).json()
    nora = await person_called(session, "Nora Vik")
    today: date = (await session.execute(select(func.current_date()))).scalar_one()
    soon = today + timedelta(days=40)
    line = {
        "schemas": [ENGAGEMENT],
        "user": f"Users/{made['id']}",
        "job": "1",
        "orgUnit": "solbakken",
        "startsOn": "2024-08-01",
        "endsOn": (soon - timedelta(days=1)).isoformat(),
        "leaves": [{"startsOn": "2026-01-01", "endsOn": "2026-12-31"}],
    }
    first = await entra.post("/Engagements", json=line)
    assert first.status_code == 201, first.text
    assert first.json()["user"] == f"{BASE_URL}/scim/v2/Users/{made['id']}"
    there = {**line, "orgUnit": "ungdomsskolen", "startsOn": soon.isoformat(), "endsOn": None, "leaves": None}
    second = (await entra.post("/Engagements", json=there)).json()
    old, new = await jobs_of(session, nora.id)
    assert (old.ends_on, new.starts_on, new.org_unit_id) == (soon - timedelta(days=1), soon, cast.skolen.id)
    assert (await session.scalars(select(Leave.engagement_id))).all() == [old.id]
    assert (await history(session, "engagement", new.id))[0].payload["from_id"] == old.id
    await entra.delete(f"/Engagements/{second['id']}")
    withdrawn = (await jobs_of(session, nora.id))[1]
    assert withdrawn.ends_on == soon - timedelta(days=1), "not a day is left of it"
    await entra.delete(f"/Engagements/{first.json()['id']}")
    assert (await jobs_of(session, nora.id))[0].ends_on == today


async def test_what_cannot_be_used_is_accepted_and_waits_for_somebody(
    entra: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    job = {JOBS: {"orgUnit": "et sted som ikke er", "startsOn": "2026-08-01"}}
    made = await entra.post("/Users", json=user("Nora Vik", **job))
    assert made.status_code == 201
    nora = await person_called(session, "Nora Vik")
    waiting = (await session.scalars(select(WaitingRow))).one()
    assert waiting.findings[0]["found"] == "unknown_place"
    assert await jobs_of(session, nora.id) == []
    mended = patch({"op": "replace", "path": f"{JOBS}:orgUnit", "value": "solbakken"})
    await entra.patch(f"/Users/{made.json()['id']}", json=mended)
    assert len(await jobs_of(session, nora.id)) == 1
    assert (await session.scalars(select(WaitingRow))).all() == []
    wrong = patch({"op": "replace", "path": f"{JOBS}:startsOn", "value": "i morgen"})
    refused = await entra.patch(f"/Users/{made.json()['id']}", json=wrong)
    assert (refused.status_code, refused.json()["scimType"]) == (400, "invalidValue")


async def test_a_group_gives_what_the_municipality_has_said_at_once_and_takes_it_back(
    app: FastAPI, entra: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    issuers = app.state.issuers
    issuers.sign_in[OIDC] = type(issuers.sign_in[OIDC])(
        **{**vars(issuers.sign_in[OIDC]), "rules": (Rule(group="g-it", unit="it", lead=True),)}
    )
    number = {ENTERPRISE: {"employeeNumber": cast.alice.employee_number}}
    alice = (await entra.post("/Users", json=user("Alice Berg", **number))).json()
    told = {"schemas": [GROUP], "displayName": "IT-drift", "externalId": "g-it"}
    group = (await entra.post("/Groups", json=told)).json()
    add = patch({"op": "Add", "path": "members", "value": [{"value": alice["id"]}]})
    assert (await entra.patch(f"/Groups/{group['id']}", json=add)).status_code == 204
    mine = select(Membership.unit, Membership.lead).where(Membership.person_id == cast.alice.id)
    assert (await session.execute(mine)).all() == [("it", True)]
    shown = (await entra.get(f"/Users/{alice['id']}")).json()
    assert [each["display"] for each in shown["groups"]] == ["IT-drift"]
    remove = patch({"op": "Remove", "path": f'members[value eq "{alice["id"]}"]'})
    await entra.patch(f"/Groups/{group['id']}", json=remove)
    assert (await session.execute(mine)).all() == []


async def test_a_change_of_what_was_not_read_is_refused_and_bulk_fails_one_by_one(
    entra: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    made = await entra.post("/Users", json=user("Nora Vik"))
    url, tag = f"/Users/{made.json()['id']}", made.headers["etag"]
    renamed = patch({"op": "replace", "path": "displayName", "value": "Nora V"})
    assert (await entra.patch(url, json=renamed, headers={"If-Match": tag})).status_code == 204
    assert (await entra.patch(url, json=renamed, headers={"If-Match": tag})).status_code == 412
    assert (await entra.get(url, headers={"If-None-Match": tag})).status_code == 200
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": user("Nora Vik")},
        {"method": "POST", "path": "/Users", "bulkId": "b", "data": user("Olav Ås")},
        {
            "method": "POST",
            "path": "/Groups",
            "bulkId": "c",
            "data": {"schemas": [GROUP], "displayName": "Alle", "members": [{"value": "bulkId:b"}]},
        },
    ]
    bulk = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations}
    answer = await entra.post("/Bulk", json=bulk)
    assert [each["status"] for each in answer.json()["Operations"]] == ["409", "201", "201"]
    assert (await entra.get("/Groups", params={"filter": 'displayName eq "alle"'})).json()[
        "totalResults"
    ] == 1
    page = await entra.get("/Users", params={"sortBy": "userName", "count": "1", "startIndex": "2"})
    assert [each["userName"] for each in page.json()["Resources"]] == ["olav@fjordvik.example"]
    await person_called(session, "Olav Ås")


async def test_whoever_is_deleted_has_no_way_in_and_no_job_and_comes_back_as_the_same(
    entra: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    told = user("Nora Vik", externalId="nora", **{JOBS: {"orgUnit": "solbakken", "startsOn": "2024-08-01"}})
    made = (await entra.post("/Users", json=told)).json()
    assert (await entra.delete(f"/Users/{made['id']}")).status_code == 204
    nora = await person_called(session, "Nora Vik")
    assert not nora.active
    assert (await jobs_of(session, nora.id))[0].ends_on is not None
    assert (await entra.post("/Users", json=told)).status_code == 201
    back = await person_called(session, "Nora Vik")
    assert (back.id, back.active) == (nora.id, True)


async def test_an_end_that_has_come_takes_the_way_in_and_the_sponsor_is_asked_before(
    entra: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    session.add(EngagementKind(key="konsulent", name="Konsulent", employed=False))
    await session.flush()
    today: date = (await session.execute(select(func.current_date()))).scalar_one()
    job = {
        "orgUnit": "stab",
        "startsOn": "2026-01-01",
        "endsOn": (today - timedelta(days=2)).isoformat(),
        "kind": "konsulent",
        "sponsor": cast.stein.employee_number,
        "contractReference": "K-2026-14",
    }
    made = await entra.post("/Users", json=user("Nora Vik", **{JOBS: job}))
    while await take_turns(session):
        continue
    nora = await person_called(session, "Nora Vik")
    assert not nora.active
    (engagement,) = await jobs_of(session, nora.id)
    job_id = engagement.id
    kinds = [event.kind for event in await history(session, "engagement", job_id)]
    assert kinds == ["engagement.joined", "engagement.over"]
    longer = patch(
        {"op": "replace", "path": f"{JOBS}:endsOn", "value": (today + timedelta(days=20)).isoformat()}
    )
    await entra.patch(f"/Users/{made.json()['id']}", json=longer)
    assert (await person_called(session, "Nora Vik")).active, "prolonged: let in again"
    session.expire_all()
    await take_turns(session)
    asked = select(Delivery.payload).where(Delivery.topic == "engagement.renewal")
    assert (await session.scalars(asked)).all() == [{"engagement_id": job_id}]
    without = patch({"op": "remove", "path": f"{JOBS}:sponsor"})
    assert (await entra.patch(f"/Users/{made.json()['id']}", json=without)).status_code == 204
    (waiting,) = (await session.scalars(select(WaitingRow))).all()
    assert waiting.findings == [{"found": "no_sponsor", "about": waiting.findings[0]["about"], "said": ""}]


HOSTILE_FILTERS = (
    "(" * 500 + 'userName eq "a"' + ")" * 500,
    "not " * 500 + "(active pr)",
    'userName eq "a"' + ' and userName eq "a"' * 1000,
    'userName co "' + "(a+)+" * 50 + '"',
    'userName eq "\\u0000"',
    "id eq " + "9" * 400,
    'id eq "1\' OR 1=1 --"',
    "emails[" * 100,
    "." * 3000 + " pr",
    "__class__.__mro__ pr",
    'meta.created gt "2020-13-45T99:99:99Z"',
)
HOSTILE_VALUES = (None, [], {}, [[]], -1, True, "a" * 3000, {"value": None}, {"$ref": "http://127.0.0.1:22/"})


async def test_what_is_no_scim_is_refused_in_its_words_and_tells_nothing(entra: httpx.AsyncClient) -> None:
    """Filters, patches and bulks of somebody who holds the key and means harm: some thousands were tried by hand."""
    made = (await entra.post("/Users", json=user("Nora Vik"))).json()
    nora = f"/Users/{made['id']}"
    answers = [
        await entra.get(f"/{kind}", params={"filter": each})
        for each in HOSTILE_FILTERS
        for kind in ("Users", "Groups")
    ]
    for value in HOSTILE_VALUES:
        for path in ("name", "emails[type eq 1].value", "meta", "members", 'emails["', None):
            answers.append(
                await entra.patch(nora, json=patch({"op": "replace", "path": path, "value": value}))
            )
        answers.append(await entra.put(nora, json=user("Nora Vik") | {"emails": value, "name": value}))
        bulk = [
            {"method": "POST", "path": path, "bulkId": "a", "data": value}
            for path in ("/Bulk", "//x", "/Users/..")
        ]
        schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]
        answers.append(await entra.post("/Bulk", json={"schemas": schemas, "Operations": bulk}))
    assert {answer.status_code for answer in answers} <= {200, 204, 400, 404, 422}
    told = "".join(answer.text for answer in answers)
    assert not [
        word for word in ("Traceback", "sqlalchemy", "asyncpg", "site-packages", "SELECT ") if word in told
    ]
    assert (await entra.get(nora)).json()["userName"] == made["userName"]
