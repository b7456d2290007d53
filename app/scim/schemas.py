"""The schemas that we serve: the standard's, with no more of them than we keep, and an extension for jobs.

Imported when somebody asks (`app/scim/routes.py`): scim2-models costs memory. Names are SCIM's.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from scim2_models import (
    URN,
    AnyExtension,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Extension,
    External,
    Filter,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)
from scim2_models.resources.user import Email, Name, PhoneNumber

JOBS = "urn:ietf:params:scim:schemas:extension:skranke:2.0:User"
ENGAGEMENT = "urn:ietf:params:scim:schemas:skranke:2.0:Engagement"
MAX_RESULTS = 500
MAX_OPERATIONS = 100


def _day(written: str) -> str:
    """Raises ValueError for what is no day, which SCIM answers with invalidValue."""
    if written:
        date.fromisoformat(written[:10])
    return written


Day = Annotated[str, AfterValidator(_day)]
_DAY = Field(None, examples=["2026-08-01"], description="The first day, YYYY-MM-DD.")
_LAST_DAY = Field(None, examples=["2027-07-31"], description="The last day, included, YYYY-MM-DD.")
_PERCENT = Field(None, examples=["100", "62.5"], description="Percent of full time.")


class Jobs(Extension):
    """The one job of somebody who has one. Whoever has several has `Engagement` resources instead."""

    __schema__ = URN(JOBS)

    org_unit: str | None = None
    kind: str | None = None
    position_code: str | None = None
    percent: str | None = _PERCENT
    starts_on: Day | None = _DAY
    ends_on: Day | None = _LAST_DAY
    sponsor: str | None = None
    contract_reference: str | None = None
    legal_basis: str | None = None
    last_shift_ends: str | None = None


class LeaveLine(ComplexAttribute):
    """Permisjon. Why is not asked."""

    starts_on: Annotated[Day | None, Required.true] = _DAY
    ends_on: Day | None = _LAST_DAY


class Engagement(Resource[Any]):
    """One job, or one period of it: those with the same `job` and user follow one another."""

    __schema__ = URN(ENGAGEMENT)

    user: Annotated[Reference["User"] | None, Required.true] = None  # type: ignore[type-arg]
    job: Annotated[str | None, CaseExact.true] = None
    org_unit: Annotated[str | None, Required.true] = None
    kind: str | None = None
    position_code: str | None = None
    title: str | None = None
    percent: str | None = _PERCENT
    starts_on: Annotated[Day | None, Required.true] = _DAY
    ends_on: Day | None = _LAST_DAY
    leader: str | None = None
    sponsor: str | None = None
    contract_reference: str | None = None
    legal_basis: str | None = None
    last_shift_ends: str | None = None
    leaves: list[LeaveLine] | None = None


class Manager(ComplexAttribute):
    value: Annotated[str | None, CaseExact.true] = None
    """Of a user, by id: Entra sends no more, so no more is required."""
    display_name: str | None = None


class EnterpriseUser(Extension):
    """The standard's, but for what it requires of a manager."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")

    employee_number: str | None = None
    cost_center: str | None = None
    organization: str | None = None
    division: str | None = None
    department: str | None = None
    manager: Manager | None = None


class MemberOf(ComplexAttribute):
    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    display: Annotated[str | None, Mutability.read_only] = None


class User(Resource[AnyExtension]):
    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    name: Name | None = None
    display_name: str | None = None
    title: str | None = None
    preferred_language: str | None = None
    active: bool | None = None
    emails: list[Email] | None = None
    phone_numbers: list[PhoneNumber] | None = None
    groups: Annotated[list[MemberOf] | None, Mutability.read_only] = None


class GroupMember(ComplexAttribute):
    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(  # type: ignore[type-arg]
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    display: Annotated[str | None, Mutability.read_only] = None


class Group(Resource[Any]):
    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    members: list[GroupMember] | None = None


POLICY = ScimPolicy(
    # What we do not keep is not refused: a directory sends what it is set up to send.
    unknown=ScimPolicy.Unknown.ignore,
    # Both as Microsoft Entra does it.
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


def provider(*, max_payload_bytes: int) -> ScimProvider:
    """What stands at /ServiceProviderConfig, /ResourceTypes and /Schemas."""
    return ScimProvider(
        models=[User, EnterpriseUser, Jobs, Group, Engagement],
        resource_types=[
            ResourceType.from_resource(User[EnterpriseUser | Jobs]),
            ResourceType.from_resource(Group),
            ResourceType.from_resource(Engagement),
        ],
        config=ServiceProviderConfig(
            patch=Patch(supported=True),
            bulk=Bulk(supported=True, max_operations=MAX_OPERATIONS, max_payload_size=max_payload_bytes),
            filter=Filter(supported=True, max_results=MAX_RESULTS),
            sort=Sort(supported=True),
            etag=ETag(supported=True),
            change_password=ChangePassword(supported=False),
            authentication_schemes=[
                AuthenticationScheme(
                    type=AuthenticationScheme.Type.oauthbearertoken,
                    name="OAuth Bearer Token",
                    description="An access token of a registered system, or a key made with `skranke scim key`.",
                    spec_uri=Reference[External]("https://www.rfc-editor.org/rfc/rfc6750"),
                    primary=True,
                )
            ],
        ),
        policy=POLICY,
    )
