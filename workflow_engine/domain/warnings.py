"""The city's own warnings: what a case sends to have one published, taken by name, and nothing else of it.

Two persons stand behind each: its model lets nobody approve what they wrote (``notCompletedBy``), and the letter has to
name both. Colours stand for severities by the usual table (red Extreme, orange Severe, yellow Moderate, blue Minor).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workflow_engine.domain.errors import RejectedError

MESSAGE = "warning.publish"
LIFT_MESSAGE = "warning.lift"
"""That the danger is over; ``reason`` is read by everybody."""
WARNING = {
    "in_force": frozenset({"replaced", "lifted", "expired"}),
    "replaced": frozenset(),
    "lifted": frozenset(),
    "expired": frozenset(),
}  # fmt: skip
LANGUAGES = ("zh-CN", "en-GB")
SEVERITY_OF = {"red": "Extreme", "orange": "Severe", "yellow": "Moderate", "blue": "Minor"}
COLOURS = {"red": ("红色", "Red"), "orange": ("橙色", "Orange"), "yellow": ("黄色", "Yellow"), "blue": ("蓝色", "Blue")}
EVENTS = {
    "rainstorm": ("暴雨", "Rainstorm", "Met"), "storm": ("大风", "Storm", "Met"), "flood": ("洪水", "Flood", "Met"),
    "cold": ("寒潮", "Cold wave", "Met"), "heat": ("高温", "Heat", "Met"),
    "earthquake": ("地震", "Earthquake", "Geo"), "landslide": ("地质灾害", "Landslide", "Geo"),
    "tsunami": ("海啸", "Tsunami", "Geo"), "fire": ("火灾", "Fire", "Fire"), "gas": ("燃气泄漏", "Gas leak", "Infra"),
    "explosion": ("爆炸", "Explosion", "Safety"), "hazmat": ("危险化学品", "Hazardous substances", "CBRNE"),
    "water": ("供水中断", "Water supply", "Infra"), "power": ("供电中断", "Power cut", "Infra"),
    "epidemic": ("疫情", "Epidemic", "Health"), "traffic": ("交通事故", "Traffic accident", "Transport"),
}  # fmt: skip
"""Hazard: its name in Chinese and English, and its category (CAP 1.2, 3.2.2)."""
OTHER_EVENT = ("突发事件", "Emergency", "Other")
LONGEST_LINE = 200
LONGEST_TEXT = 4_000
LONGEST_VALID = timedelta(days=14)
USUAL_VALID_HOURS = 24
_NEEDED = ("headline", "text", "area", "instruction", "author", "approver", "sender")


@dataclass(frozen=True, slots=True)
class Wording:
    """What a warning says in one language."""

    event: str
    headline: str
    text: str
    instruction: str


@dataclass(frozen=True, slots=True)
class CityWarning:
    """What is to be published."""

    sender: str
    colour: str
    category: str
    wordings: Mapping[str, Wording]
    """By language (RFC 5646); Chinese always, English where it was written."""
    area: str
    codes: tuple[str, ...]
    expires_at: datetime

    @property
    def severity(self) -> str:
        """CAP 1.2, 3.2.2 severity."""
        return SEVERITY_OF[self.colour]

    def title(self, language: str) -> str:
        """The headline in a language, or else in Chinese."""
        return self.wordings.get(language, self.wordings["zh-CN"]).headline


def read_warning(letter: Mapping[str, Any], now: datetime) -> CityWarning:
    """What of the letter becomes public.

    Raises:
        RejectedError: something that a warning has to say is missing (Emergency Response Law 2024, art. 64), or author
            and approver are one person.
    """
    said = {name: _text(letter, name) for name in _NEEDED}
    if missing := [name for name, text in said.items() if not text]:
        raise RejectedError(f"Expected a warning to be published with {', '.join(missing)} as text.")
    if said["author"] == said["approver"]:
        raise RejectedError("Expected a warning that a second person approved, but its author did.")
    colour = letter.get("colour")
    if colour not in SEVERITY_OF:
        raise RejectedError(f"Expected a warning to have one of {', '.join(SEVERITY_OF)} as colour.")
    event_zh, event_en, category = EVENTS.get(str(letter.get("hazard") or ""), OTHER_EVENT)
    zh, en = (COLOURS[colour][number] for number in (0, 1))
    wordings = {"zh-CN": Wording(f"{event_zh}{zh}预警", said["headline"], said["text"], said["instruction"])}
    english = [_text(letter, f"{name}_en") for name in ("headline", "text", "instruction")]
    if all(english):
        wordings["en-GB"] = Wording(f"{event_en}: {en.lower()} warning", *english)
    codes = letter.get("codes") or ()
    if not isinstance(codes, (list, tuple)):
        raise RejectedError("Expected the codes of a warning as a list of texts.")
    return CityWarning(
        said["sender"].replace(" ", ""), colour, category, wordings, said["area"],
        tuple(str(code) for code in codes if str(code).isdigit()), now + _valid(letter.get("valid_hours")),
    )  # fmt: skip


def _text(letter: Mapping[str, Any], name: str) -> str:
    value = letter.get(name)
    longest = LONGEST_TEXT if name.startswith(("text", "instruction", "area")) else LONGEST_LINE
    return value.strip()[:longest] if isinstance(value, str) else ""


def _valid(hours: object) -> timedelta:
    if hours is None:
        return timedelta(hours=USUAL_VALID_HOURS)
    if not isinstance(hours, (int, float)) or isinstance(hours, bool) or not 0 < hours <= LONGEST_VALID.days * 24:
        raise RejectedError(f"Expected a warning to be valid for up to {LONGEST_VALID.days * 24} hours.")
    return timedelta(hours=float(hours))


def stream_of(warning_id: str) -> str:
    """The chain of one warning."""
    return f"warning:{warning_id}"
