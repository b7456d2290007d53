"""The map from a file's columns to what they are, as YAML that whoever knows the HR system can write."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Named = Literal[
    "employee_number",
    "name",
    "first_name",
    "last_name",
    "email",
    "phone",
    "job",
    "org_unit",
    "kind",
    "position_code",
    "title",
    "percent",
    "starts_on",
    "ends_on",
    "leader",
    "sponsor",
    "contract_reference",
    "legal_basis",
    "last_shift_ends",
    "leave_from",
    "leave_to",
]
NEEDED = ("employee_number", "org_unit", "starts_on")


class UnreadableMap(ValueError):
    """The map cannot be used; the message says why, and names the file."""


class FileMap(BaseModel):
    """How a file is to be read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoding: Literal["auto", "utf-8", "cp1252"] = "auto"
    """auto: UTF-8 where the bytes are that, else cp1252."""
    delimiter: str = Field(default=";", min_length=1, max_length=1)
    dates: tuple[str, ...] = ("%d.%m.%Y", "%Y-%m-%d")
    whole: bool = True
    """The file holds everybody: who is not in it has left. False: it holds only what has changed."""
    columns: dict[Named, str]
    values: dict[Named, dict[str, str]] = {}
    """What the file calls things, and what they are: `kind: {F: fast, V: vikar}`."""

    @model_validator(mode="after")
    def _names_people(self) -> Self:
        missing = [name for name in NEEDED if name not in self.columns]
        if missing:
            raise ValueError(f"columns: {', '.join(missing)} is needed")
        if "name" not in self.columns and not {"first_name", "last_name"} <= self.columns.keys():
            raise ValueError("columns: name, or first_name and last_name, is needed")
        return self


def read_map(path: Path) -> FileMap:
    """Raises UnreadableMap."""
    try:
        return FileMap.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as wrong:
        raise UnreadableMap(f"{path}: {wrong}") from wrong
