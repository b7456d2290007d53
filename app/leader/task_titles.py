"""What a task is called, for whoever's it is."""

from __future__ import annotations

from app.tasks.queries import OpenTask
from app.tasks.words import neutral_title_of


def title_of_task(task: OpenTask, language: str) -> str:
    """As its source wrote it; what only another room can tell is called by its kind."""
    return task.title or neutral_title_of(task.kind, language)
