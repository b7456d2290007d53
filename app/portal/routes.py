"""Every page of the portal."""

from __future__ import annotations

from fastapi import APIRouter

from app.portal import (
    access,
    accessibility,
    agreements,
    deadlines,
    existing,
    files,
    fresh_eyes,
    home,
    impartiality,
    information,
    lookups,
    my_tickets,
    order,
    readers,
    services,
    ticket,
    welcome,
)

ROOMS = (
    home,
    services,
    existing,
    order,
    files,
    lookups,
    my_tickets,
    readers,
    ticket,
    deadlines,
    impartiality,
    information,
    accessibility,
    agreements,
    access,
    welcome,
    fresh_eyes,
)
router = APIRouter()
for room in ROOMS:
    router.include_router(room.router)
