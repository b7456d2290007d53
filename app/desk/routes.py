"""Every page of the desk."""

from __future__ import annotations

from fastapi import APIRouter

from app.desk import glass, needs, payroll, queue, register, search, ticket

router = APIRouter(include_in_schema=False)
for room in (glass, needs, payroll, queue, register, search, ticket):
    router.include_router(room.router)
