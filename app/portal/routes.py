"""Every page of the portal."""

from __future__ import annotations

from fastapi import APIRouter

from app.portal import (
    accessibility,
    agreements,
    deadlines,
    existing,
    files,
    home,
    information,
    lookups,
    my_tickets,
    order,
    readers,
    services,
    sign_in,
    ticket,
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
    information,
    accessibility,
    agreements,
    sign_in,
)
router = APIRouter()
for room in ROOMS:
    router.include_router(room.router)
