"""Who comes in here: a technical administrator who has lately proved who they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.administration.policy import may_administer
from app.errors import refuse
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.identity.recent import require_recent


def _checked(actor: Actor) -> Actor:
    refuse(may_administer(actor))
    require_recent(actor)
    return actor


async def administrator(me: Me) -> Actor:
    return _checked(me)


async def administrator_briefly(me: MeBriefly) -> Actor:
    return _checked(me)


Administrator = Annotated[Actor, Depends(administrator)]
"""Also to look: where people are signed in is nobody's business. So no key and no system comes in here."""
AdministratorBriefly = Annotated[Actor, Depends(administrator_briefly)]
"""For forms that are shown again when they are wrong: they open their own transactions."""
