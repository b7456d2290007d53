"""A form of a leader's: sent twice it is done once, and what is wrong with it stands beside what was written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.session import Sessions, transaction
from app.errors import Problem
from app.identity.actor import Actor
from app.web.forms import read_form
from app.web.i18n import say
from app.web.idempotency import new_key, once_for
from app.web.problem_texts import sentence_of
from app.web.problems import field_errors

KEY = "idempotency_key"


@dataclass(frozen=True)
class Form:
    """As it is shown: what its fields are called, what stands in them, and what is wrong, in the order of `labels`."""

    labels: Mapping[str, str]
    key: str
    values: Mapping[str, str]
    wrong: Mapping[str, str]
    errors: tuple[tuple[str, str], ...]
    sentence: str
    """What is wrong with none of its fields."""


def form_of(
    language: str, labels: Mapping[str, str], values: Mapping[str, str], problem: Problem | None = None
) -> Form:
    """`labels`: by field, to be translated."""
    called = {name: say(language, text) for name, text in labels.items()}
    wrong = {each["field"]: each["detail"] for each in field_errors(problem, language)} if problem else {}
    said = sentence_of(problem.code, language, problem.params) if problem and not problem.fields else None
    return Form(
        labels=called,
        key=values.get(KEY) or new_key(),
        values=values,
        wrong=wrong,
        errors=tuple((name, f"{called[name]}: {wrong[name]}") for name in called if name in wrong),
        sentence=said or "",
    )


async def read_sent(request: Request, *names: str) -> dict[str, str]:
    """What was written in these fields, and the form's own key; nothing else that was sent."""
    posted = await read_form(request)
    return {name: str(posted.get(name) or "") for name in (*names, KEY)}


async def do_once(
    request: Request,
    me: Actor,
    sent: Mapping[str, str],
    act: Callable[[AsyncSession], Awaitable[str]],
) -> str:
    """Where to go next: where `act`, in a transaction of its own, says, or said when this form was sent before."""
    sessions: Sessions = request.app.state.sessions
    body = repr(sorted(sent.items())).encode()
    async with transaction(sessions) as session:
        once = once_for(session, me, route=f"POST {request.url.path}", key=sent[KEY], body=body)
        answered = await once.begin()
        if answered is not None:
            return answered.location
        where = await act(session)
        await once.finish(status=303, location=where)
        return where
