"""From a CAP alert to the variables of an emergency case: pure, by table, with nothing looked up elsewhere.

An alert says how bad the danger may become (severity, colour); what has happened is for the people who verify it. The
tables below are defaults of a city and may differ elsewhere. A colour is taken over only where the alert names one;
which level a bare severity stands for is said by the process's own decision table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

_KIND_OF_CATEGORY = {
    "Geo": "natural", "Met": "natural", "Safety": "accident", "Fire": "accident", "Rescue": "accident",
    "Env": "accident", "Transport": "accident", "Infra": "accident", "CBRNE": "accident", "Health": "public_health",
    "Security": "social", "Other": "other",
}  # fmt: skip
_HAZARD_WORDS = (
    ("tsunami", r"tsunamis?", "海啸"),
    ("landslide", r"landslides?|debris flow|mudslides?", "滑坡|泥石流|地质灾害"),
    ("gas", r"gas leak|natural gas|gas outage", "燃气|天然气|煤气"),
    ("explosion", r"explosions?|blast", "爆炸"),
    ("hazmat", r"hazardous materials?|hazmat|chemical", "危化|危险化学"),
    ("earthquake", r"earthquakes?|seismic", "地震"),
    ("flood", r"floods?|flooding", "洪水|洪涝|内涝"),
    ("rainstorm", r"rainstorms?|heavy rain|torrential rain", "暴雨"),
    ("storm", r"\w*storms?|tornado\w*|hurricane|typhoon|winds?|gale", "台风|大风|龙卷|雷电|雷雨"),
    ("fire", r"\w*fires?", "火灾|山火|火险"),
    ("water", r"water (?:main|supply|outage)", "供水|停水|爆管"),
    ("power", r"power (?:outage|supply|cut)|blackout", "供电|停电"),
    ("epidemic", r"epidemic|outbreak|disease", "疫情|传染病|食物中毒"),
    ("traffic", r"traffic|road accident|collision", "交通事故|车祸"),
    ("cold", r"freeze|frost|cold|snow|ice|blizzard|winter", "寒潮|低温|暴雪|道路结冰|霜冻"),
    ("heat", r"heat", "高温"),
)
_HAZARDS = tuple(
    (name, re.compile(rf"\b(?:{english})\b|{chinese}", re.IGNORECASE)) for name, english, chinese in _HAZARD_WORDS
)
_COLOUR_PARAMETERS = frozenset({"colour", "color", "warningcolour", "warningcolor", "colorcode", "预警颜色", "颜色"})
_COLOURS = {
    "red": "red", "orange": "orange", "yellow": "yellow", "blue": "blue",
    "红": "red", "橙": "orange", "黄": "yellow", "蓝": "blue",
}  # fmt: skip
_COLOUR_IN_TEXT = re.compile(r"(红|橙|黄|蓝)色(?:预警|警报)")
_FIGURES = ("deaths", "serious", "missing", "loss", "homes_out", "outage_hours", "rain_3h", "rain_6h", "rain_12h")
_HAN = re.compile("[\u4e00-\u9fff]")
_LANGUAGES = ("zh", "en")
_LONGEST_TEXT = 4_000
_DIVISION = re.compile(r"\d{6}(?:\d{3}){0,2}")
_MOST_SHAPES, _MOST_POINTS = 40, 400
"""What a case carries of an outline; the whole of it stays with the stored alert."""


def start_variables(alert: Json, key: str, *, exercise: bool) -> dict[str, Any]:
    """The variables with which an emergency case starts from an alert (``CapAlert.to_dict``); ``key`` is its key."""
    info = main_info(alert)
    return {
        **dict.fromkeys(_FIGURES),
        **_said(alert, info, key),
        "kind": kind_of(info),
        "hazard": hazard_of(info),
        "exercise": exercise,
    }


def update_variables(alert: Json, key: str) -> dict[str, Any]:
    """What an Update brings into a running case: only what it says, so that nothing known is blanked out.

    A message that calls the danger by a word without a meaning here leaves its kind as it was verified.
    """
    info = main_info(alert)
    found = {name: value for name, value in _said(alert, info, key).items() if value is not None}
    if (kind := kind_of(info)) != "other":
        found["kind"] = kind
    if (hazard := hazard_of(info)) != "other":
        found["hazard"] = hazard
    return found


def cancel_variables(alert: Json, key: str) -> dict[str, Any]:
    """What a Cancel brings into a running case: that the source took its alert back, and why; no fact is changed."""
    info = main_info(alert)
    note = _short(alert.get("note")) or _short(info.get("description"))
    return {"cancellation": {**_in_short(alert, info, key), "headline": _short(info.get("headline")), "note": note}}


def title_of(variables: Mapping[str, Any]) -> str:
    """What a case with these variables is called in lists."""
    return str(variables["headline"])[:200]


def main_info(alert: Json) -> Json:
    """The block of an alert that the case is told from: Chinese, else English, else the first; {} when it has none."""
    infos: list[Json] = list(alert.get("infos") or [])
    for language in _LANGUAGES:
        for info in infos:
            if str(info.get("language") or "").lower().startswith(language):
                return info
    return infos[0] if infos else {}


def kind_of(info: Json) -> str:
    """natural, accident, public_health, social or other, by the first category that says one (art. 3)."""
    for category in info.get("category") or ():
        kind = _KIND_OF_CATEGORY.get(str(category), "other")
        if kind != "other":
            return kind
    return "other"


def hazard_of(info: Json) -> str:
    """The kind of danger in the event's name, else in its headline; ``other`` when no word is known."""
    for text in (info.get("event"), info.get("headline")):
        for name, words in _HAZARDS:
            if text and words.search(str(text)):
                return name
    return "other"


def colour_of(info: Json) -> str:
    """The colour in which the warning was issued, from its parameters or headline; ``none`` where it names none."""
    for parameter in info.get("parameters") or ():
        name = re.sub(r"[\s_-]", "", str(parameter.get("name", ""))).lower()
        if name in _COLOUR_PARAMETERS:
            found = _colour_word(str(parameter.get("value", "")))
            if found:
                return found
    for text in (info.get("headline"), info.get("event")):
        match = _COLOUR_IN_TEXT.search(str(text or ""))
        if match:
            return _COLOURS[match[1]]
    return "none"


def _colour_word(value: str) -> str | None:
    text = value.strip().lower()
    return next((colour for word, colour in _COLOURS.items() if text.startswith(word)), None)


def _said(alert: Json, info: Json, key: str) -> dict[str, Any]:
    """What the alert says outright."""
    return {
        "alert": _in_short(alert, info, key),
        "headline": _headline(alert, info),
        "description": _short(info.get("description")),
        "severity": info.get("severity") or "Unknown",
        "colour": colour_of(info),
        "area": _short(", ".join(str(area["desc"]) for area in info.get("areas") or () if area.get("desc"))),
        "districts": _district_count(info),
        "affected_area": affected_area(info),
        **_figures(info),
    }


def _headline(alert: Json, info: Json) -> str:
    """The headline; in Chinese and English where the alert has both, since lists show it to readers of either."""
    found = _title(info) or str(alert["identifier"])
    for other in alert.get("infos") or ():
        is_english = str(other.get("language") or "").lower().startswith("en")
        if is_english and _HAN.search(found) and _title(other) and not _HAN.search(_title(other)):
            return f"{found} / {_title(other)}"[:_LONGEST_TEXT]
    return found[:_LONGEST_TEXT]


def _title(info: Json) -> str:
    return str(info.get("headline") or info.get("event") or "")


def _in_short(alert: Json, info: Json, key: str) -> dict[str, Any]:
    """The message without its languages, shapes and files, which stay with the stored alert."""
    own = {name: alert.get(name) for name in ("identifier", "sender", "sent", "status", "msg_type")}
    told = ("event", "urgency", "severity", "certainty", "sender_name", "effective", "onset", "expires", "web")
    return {
        "key": key,
        **own,
        **{name: info.get(name) for name in told},
        "categories": list(info.get("category") or ()),
        "instruction": _short(info.get("instruction")),
    }


def _short(text: Any) -> str | None:
    return None if text is None else str(text)[:_LONGEST_TEXT]


def _figures(info: Json) -> dict[str, float]:
    """Figures given as parameters under the names of the case's own variables."""
    found: dict[str, float] = {}
    for parameter in info.get("parameters") or ():
        name = str(parameter.get("name", "")).strip().lower()
        if name not in _FIGURES:
            continue
        try:
            value = float(str(parameter.get("value", "")).strip())
        except ValueError:
            continue
        if 0 <= value < 1e15:
            found[name] = int(value) if value == int(value) else value
    return found


def _district_count(info: Json) -> int:
    """How many districts the areas' division codes (GB/T 2260, 6 to 12 digits) lie in; 1 when they tell nothing."""
    return max(1, len({code[:6] for code in _codes(info)}))


def _codes(info: Json) -> Iterable[str]:
    for area in info.get("areas") or ():
        for geocode in area.get("geocodes") or ():
            code = str(geocode.get("value", "")).strip()
            if _DIVISION.fullmatch(code):
                yield code


def affected_area(info: Json) -> dict[str, Any] | None:
    """Where it is: outlines ([lat, lon]), circles (km) and division codes; None when the alert draws and names nothing.

    A long outline is thinned out, closed as before; no alert says at which point inside it things happened.
    """
    areas = list(info.get("areas") or ())
    polygons = [_thinned(polygon) for area in areas for polygon in area.get("polygons") or ()][:_MOST_SHAPES]
    circles = [
        {"lat": circle["center"][0], "lon": circle["center"][1], "km": circle["radius"]}
        for area in areas
        for circle in area.get("circles") or ()
    ][:_MOST_SHAPES]
    codes = list(dict.fromkeys(_codes(info)))
    if not (polygons or circles or codes):
        return None
    return {"polygons": polygons, "circles": circles, "place_codes": codes, "point": None}


def _thinned(polygon: Sequence[Sequence[float]]) -> list[list[float]]:
    step = -(-len(polygon) // _MOST_POINTS)
    kept = [list(point) for point in polygon[::step]]
    return kept if kept[-1] == list(polygon[-1]) else [*kept, list(polygon[-1])]
