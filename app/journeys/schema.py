"""What the API takes and gives about hires and journeys; the pages' form is read into the same order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from app.errors import FieldProblem, Invalid
from app.journeys.changing import Leaving, Moving
from app.journeys.hiring import NAME_MAX, TEXT_MAX, TITLE_MAX, NewHire
from app.journeys.models import JourneyState, StepState
from app.journeys.steps import Verb
from app.people.engaging import LAST_SHIFT
from app.web.problem_texts import VALIDATION_CODES
from service_catalog.journey_schema import JourneyKind, OwnerKind
from sla.zone import ZONE

M = TypeVar("M", bound=BaseModel)
PLAIN = r"^[^\x00-\x1f\x7f]*$"
Id = Annotated[int, Field(ge=1, lt=2**63)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, max_length=TEXT_MAX, pattern=PLAIN)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=TITLE_MAX, pattern=PLAIN)]


class HireIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_MAX, pattern=PLAIN)
    ] = Field(examples=["Nora Lien"])
    org_unit_id: Id = Field(examples=[12], description="Where: a place you lead or order for.")
    position_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] = Field(examples=["7962"])
    kind: Annotated[str, StringConstraints(max_length=40, pattern=PLAIN)] = Field(examples=["fast"])
    starts_on: date = Field(examples=["2027-01-04"])
    title: Short = Field("", description="Empty: as the position code is called.")
    percent: Decimal = Field(Decimal(100), gt=0, le=100, max_digits=5, decimal_places=2)
    ends_on: date | None = Field(None, description="Needed where the kind needs a ground.")
    ground: Short = Field("", description="Why it has an end, by its key in the catalogue.")
    reference: Short = Field("", description="The contract's number, of whoever is not employed.")
    private_email: Said = ""
    private_phone: Said = ""
    leader_id: Id | None = Field(None, description="None: whoever leads the place.")
    meets: Said = Field("", examples=["kl. 08.15 i ekspedisjonen"])
    shielded: bool = Field(False, description="Their address is shielded: no search finds them.")

    def order(self) -> NewHire:
        return NewHire(**self.model_dump())


class LeavingIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    engagement_id: Id = Field(examples=[31], description="The job that ends.")
    last_day: date = Field(examples=["2027-01-31"])
    last_shift_ends_at: AwareDatetime | None = Field(
        None,
        examples=["2027-01-31T22:00:00+01:00"],
        description="When access ends. None: nobody has said, and it ends at 08:00 the day after the last day.",
    )


class MovingIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    engagement_id: Id = Field(examples=[31], description="The job that is left.")
    first_day: date = Field(examples=["2027-02-01"], description="In the new job.")
    org_unit_id: Id = Field(examples=[12])
    position_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] = Field(examples=["7962"])
    title: Short = ""
    percent: Decimal | None = Field(None, gt=0, le=100, max_digits=5, decimal_places=2)


class DayIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    day: date = Field(examples=["2027-01-11"])
    last_shift_ends_at: AwareDatetime | None = Field(
        None, description="Of somebody who leaves: when their last shift is over."
    )


class StepIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    verb: Verb


class StepOut(BaseModel):
    id: int
    key: str
    title: str
    owner: OwnerKind
    state: StepState
    due_at: datetime
    late: bool
    ticket: str | None = Field(description="The number of the ticket in which it is done.")


class JourneyOut(BaseModel):
    id: int
    kind: JourneyKind
    state: JourneyState
    person_id: int
    name: str
    place: str
    title: str
    day: date
    ready_percent: int = Field(
        description="Of what is to be done before the day, and of the access the job gives."
    )
    confirmed: bool = Field(description="False: somebody with the authority to hire must say yes first.")
    steps: list[StepOut]


class LinkOut(BaseModel):
    url: str
    code: str = Field(examples=["7KQ4M-X0T2B-9WCZ3-RD51H-E8GNA"])
    mailed_to: str | None


class JourneyRowOut(BaseModel):
    id: int
    kind: JourneyKind
    name: str
    place: str
    title: str
    day: date
    ready_percent: int
    late: int


class JourneyPageOut(BaseModel):
    items: list[JourneyRowOut]
    next: str | None


def read_hire(sent: Mapping[str, str]) -> NewHire:
    """A form's fields as an order. Raises Invalid with every field that is wrong."""
    given = _given(sent, *sent)
    return _read(HireIn, given).order()


def read_leaving(sent: Mapping[str, str]) -> Leaving:
    given = _given(sent, "engagement_id", "day") | read_shift(sent)
    return Leaving(**_read(LeavingIn, given, day="last_day").model_dump())


def read_day(sent: Mapping[str, str]) -> DayIn:
    return _read(DayIn, _given(sent, "day") | read_shift(sent))


def read_shift(sent: Mapping[str, str]) -> dict[str, str]:
    """When the last shift is over, by the clock on the wall here. What is no time is left for the model to refuse."""
    given = _given(sent, LAST_SHIFT)
    try:
        return {
            name: datetime.fromisoformat(each).replace(tzinfo=ZONE).isoformat()
            for name, each in given.items()
        }
    except ValueError:
        return given


def read_moving(sent: Mapping[str, str]) -> Moving:
    given = _given(sent, "engagement_id", "day", "org_unit_id", "position_code", "title", "percent")
    return Moving(**_read(MovingIn, given, day="first_day").model_dump())


def _given(sent: Mapping[str, str], *names: str) -> dict[str, str]:
    """What is filled in; a percent as people write it."""
    given = {name: sent[name].strip() for name in names if sent.get(name, "").strip()}
    if "percent" in given:
        given["percent"] = given["percent"].replace(",", ".").removesuffix("%").strip()
    return given


def _read(model: type[M], given: Mapping[str, str], **renamed: str) -> M:
    """`renamed`: what the form calls a field of the model. Raises Invalid with every field, as the form calls it."""
    names = {field: name for name, field in renamed.items()}
    try:
        return model.model_validate({renamed.get(name, name): value for name, value in given.items()})
    except ValidationError as error:
        problems = tuple(
            FieldProblem(
                names.get(str(found["loc"][0]), str(found["loc"][0])),
                VALIDATION_CODES.get(found["type"], "field.invalid"),
            )
            for found in error.errors(include_url=False)
        )
        raise Invalid("request.invalid", fields=problems) from None
