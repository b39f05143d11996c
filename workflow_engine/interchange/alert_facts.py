"""What an emergency case starts with, from an alert: the facts a receiver needs, as plain variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COLOURS = {"Extreme": "red", "Severe": "orange", "Moderate": "yellow", "Minor": "blue"}
"""The usual colour of a warning by its severity; a colour in the alert's own parameters wins."""
_KINDS = {
    "Geo": "natural", "Met": "natural", "Fire": "accident", "Env": "accident", "Infra": "accident", "CBRNE": "accident",
    "Transport": "accident", "Rescue": "accident", "Health": "public_health", "Safety": "social", "Security": "social",
}  # fmt: skip
_HAZARDS = {
    "earthquake": ("earthquake", "地震"), "tsunami": ("tsunami", "海啸"), "landslide": ("landslide", "mudslide", "滑坡"),
    "flood": ("flood", "洪"), "rainstorm": ("rain", "暴雨"), "storm": ("storm", "wind", "tornado", "hurricane", "typhoon", "台风", "大风"),
    "gas": ("gas leak", "燃气"), "hazmat": ("chemical", "hazmat", "hazardous", "危化"), "explosion": ("explosion", "爆炸"),
    "fire": ("fire", "火灾"), "water": ("water supply", "停水"), "power": ("power", "blackout", "停电"),
    "epidemic": ("epidemic", "outbreak", "疫情"), "cold": ("cold", "freeze", "snow", "blizzard", "寒潮"), "heat": ("heat", "高温"),
    "traffic": ("traffic", "collision", "交通"),
}  # fmt: skip
_LONGEST_TEXT = 4_000


def start_variables(alert: Mapping[str, Any], key: str, *, exercise: bool) -> dict[str, Any]:
    """Variables of a new case: ``alert`` (the message in short), and its main facts beside it."""
    info = main_info(alert)
    short = {
        "key": key, "identifier": alert["identifier"], "sender": alert["sender"], "sent": alert["sent"],
        "status": alert["status"], "msg_type": alert["msg_type"], "event": info.get("event"),
        "categories": list(info.get("category") or ()), "urgency": info.get("urgency"),
        "severity": info.get("severity"), "certainty": info.get("certainty"), "sender_name": info.get("sender_name"),
        "instruction": _short(info.get("instruction")), "expires": info.get("expires"), "web": info.get("web"),
    }  # fmt: skip
    return {
        "alert": short,
        "exercise": exercise,
        "headline": _short(info.get("headline") or info.get("event") or alert["identifier"]),
        "description": _short(info.get("description")),
        "area": "; ".join(str(area["desc"]) for area in info.get("areas") or ())[:_LONGEST_TEXT],
        "severity": info.get("severity") or "Unknown",
        "colour": _colour(info),
        "kind": next((_KINDS[word] for word in info.get("category") or () if word in _KINDS), "other"),
        "hazard": _hazard(info),
    }


def main_info(alert: Mapping[str, Any]) -> Mapping[str, Any]:
    """The information block to go by: Chinese first, then English, then whatever comes first."""
    infos = list(alert.get("infos") or ())
    for language in ("zh", "en"):
        for info in infos:
            if str(info.get("language") or "").lower().startswith(language):
                return dict(info)
    return dict(infos[0]) if infos else {}


def title_of(variables: Mapping[str, Any]) -> str:
    """What the case is called in lists."""
    return str(variables["headline"])[:200]


def _colour(info: Mapping[str, Any]) -> str:
    for parameter in info.get("parameters") or ():
        name, value = str(parameter["name"]).lower(), str(parameter["value"]).lower()
        if "colo" in name:
            for colour in COLOURS.values():
                if colour in value:
                    return colour
    return COLOURS.get(str(info.get("severity")), "none")


def _hazard(info: Mapping[str, Any]) -> str:
    text = f"{info.get('event') or ''} {info.get('headline') or ''}".lower()
    return next((hazard for hazard, words in _HAZARDS.items() if any(word in text for word in words)), "other")


def _short(text: Any) -> str:
    return str(text or "")[:_LONGEST_TEXT]
