"""Every table of the product, gathered for Alembic: a room's `models.py` is found by standing there."""

from __future__ import annotations

from importlib import import_module

from sqlalchemy import MetaData

from app.database import due, model
from app.settings import PROJECT


def all_tables() -> MetaData:
    """The metadata with every room's models imported."""
    assert due.JobRun.metadata is model.metadata
    for models in sorted((PROJECT / "app").glob("*/models.py")):
        import_module(f"app.{models.parent.name}.models")
    return model.metadata
