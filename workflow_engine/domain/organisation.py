"""Words of the organisation: levels, classes of subjects, and the groups that being somewhere gives."""

from __future__ import annotations

from datetime import date

LEVELS = ("city", "district", "subdistrict", "community")
"""From the top down; the province, and whatever lies outside the city, is none of them."""
OUTSIDE = "province"
SUBJECT_CLASSES = ("government", "enterprise", "society")


def unit_group(unit_id: str) -> str:
    """The group of everybody in a unit."""
    return f"unit:{unit_id}"


def head_group(unit_id: str) -> str:
    """The group of whoever heads a unit."""
    return f"head:{unit_id}"


def position_group(position_id: str) -> str:
    """The group of whoever holds a position."""
    return f"position:{position_id}"


def duty_group(unit_id: str) -> str:
    """The group of whoever is on duty in a unit now."""
    return f"duty:{unit_id}"


def is_office(group_id: str) -> bool:
    """Whether a group stands for an office (unit, position, role, duty), which a deputy takes over.

    The others (administrators, auditors, modellers) are rights given to a person.
    """
    return ":" in group_id


def covers(first: date, last: date, day: date) -> bool:
    """Whether a day lies in a span, both ends included."""
    return first <= day <= last
