"""A model's diagram for paper, with what a case has passed and what is open in it marked."""

from __future__ import annotations

from collections.abc import Collection

from markupsafe import Markup

from workflow_engine import DiagramLook, draw_diagram

_ACTIVE = DiagramLook("#dcf0f4", "#0b6478", 2.5)
_PASSED = DiagramLook("#e8f4ec", "#4c8c67")


def diagram_svg(xml: bytes, title: str, passed: Collection[str], active: Collection[str]) -> Markup | None:
    """The first plane of the model, with what was passed and what is open marked; None when it holds no drawing."""
    looks = {**dict.fromkeys(passed, _PASSED), **dict.fromkeys(active, _ACTIVE)}
    drawn = draw_diagram(xml, title, looks)
    return None if drawn is None else Markup(drawn)  # noqa: S704 - every text in it was escaped
