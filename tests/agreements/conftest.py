from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.agreements.proposing import give_field
from tests.cast import Cast


@pytest.fixture
async def two_sides(session: AsyncSession, cast: Cast) -> Cast:
    """Carol answers for payroll, Dagny for the whole municipality."""
    await give_field(session, {"lonn": cast.carol, "fjordvik": cast.dagny})
    return cast
