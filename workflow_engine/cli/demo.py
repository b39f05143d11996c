"""What ``serve --demo`` loads, and whom one can sign in as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflow_engine import Engine, demo

PASSWORD = demo.DEMO_PASSWORD


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to sign in as."""

    sign_in_name: str
    name: str
    unit: str


def load_demo(engine: Engine, folder: Path | None, advance: Callable[[], object]) -> list[DemoPerson]:
    """Load what is missing, keep what is there; returns whom one can sign in as, one of each unit first.

    ``folder`` holds one sub-folder per process; None: the product's own.
    """
    demo.load_demo(engine, folder, advance)
    return _people(demo.read_organisation())


def _people(organisation: Mapping[str, Any]) -> list[DemoPerson]:
    units = {unit["unit_id"]: unit for unit in organisation["units"]}
    found: dict[str, DemoPerson] = {}
    for person in organisation["people"]:
        unit = units.get(person.get("unit_id"), {"name_en": "", "name_zh": ""})
        name = f"{person['display_name_zh']} {person['display_name_en']}"
        found.setdefault(unit["name_en"], DemoPerson(person["sign_in_name"], name, unit["name_en"]))
    return list(found.values())
