"""What a service request, and what is said about one, has to look like: problems by field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from workflow_engine.domain.errors import InvalidVariablesError
from workflow_engine.domain.service_request_commands import CorrectServiceRequest, SubmitServiceRequest
from workflow_engine.domain.service_requests import (
    KINDS,
    LONGEST_ADDRESS,
    LONGEST_TEXT,
    LONGEST_TITLE,
    LONGEST_WORD,
    MOST_PHOTOS,
    PUBLIC_SOURCES,
    SHORTEST_CODE,
    SOURCES,
    TIERS,
)

_DIGEST = re.compile(r"[0-9a-f]{64}")
_IMAGES = ("image/jpeg", "image/png", "image/webp", "image/gif")
_ID = re.compile(r"[0-9A-Za-z_-]{8,60}")
_PLACE = re.compile(r"[0-9A-Za-z_-]{1,32}")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def submission_problems(command: SubmitServiceRequest) -> dict[str, str]:
    """What is wrong with a new request."""
    problems: dict[str, str] = {}
    for name, words in (("source", SOURCES), ("kind", KINDS), ("tier", TIERS)):
        if getattr(command, name) not in words:
            problems[name] = f"Expected one of {', '.join(words)}."
    if command.source == "import":
        problems["source"] = "What comes from elsewhere is imported."
    if not _ID.fullmatch(command.request_id):
        problems["request_id"] = "Expected 8 to 60 letters and digits."
    if not _CODE.fullmatch(command.category):
        problems["category"] = "Expected the code of a category."
    if command.place_code is not None and not _PLACE.fullmatch(command.place_code):
        problems["place_code"] = "Expected the code of a place."
    if command.source in PUBLIC_SOURCES and len(command.code) < SHORTEST_CODE:
        problems["code"] = f"Expected at least {SHORTEST_CODE} characters."
    for name, most, needed in (
        ("title", LONGEST_TITLE, False), ("description", LONGEST_TEXT, True), ("address", LONGEST_ADDRESS, False),
        ("reporter_name", LONGEST_WORD, False), ("reporter_contact", LONGEST_WORD, False), ("language", 16, True),
    ):  # fmt: skip
        problems |= text_problem(name, getattr(command, name), most, needed=needed)
    return problems | place_problems(command.lat, command.lon) | photo_problems(command.photos)


def correction_problems(command: CorrectServiceRequest) -> dict[str, str]:
    """What is wrong with a correction."""
    names = ("title", "description", "address", "lat", "lon", "category", "kind")
    given = {name: value for name in names if (value := getattr(command, name)) is not None}
    if not given:
        return {"description": "Nothing is given."}
    problems = place_problems(command.lat, command.lon)
    for name, most in (("title", LONGEST_TITLE), ("description", LONGEST_TEXT), ("address", LONGEST_ADDRESS)):
        if name in given:
            problems |= text_problem(name, given[name], most, needed=name == "description")
    if given.get("kind") not in (None, *KINDS):
        problems["kind"] = f"Expected one of {', '.join(KINDS)}."
    if "category" in given and not _CODE.fullmatch(given["category"]):
        problems["category"] = "Expected the code of a category."
    return problems


def text_problem(name: str, text: str, most: int, *, needed: bool) -> dict[str, str]:
    """What is wrong with a text, under its field's name."""
    if len(text.strip()) > most:
        return {name: f"Expected at most {most} characters."}
    if needed and not text.strip():
        return {name: f"Expected 1 to {most} characters."}
    return {}


def place_problems(lat: Any, lon: Any) -> dict[str, str]:
    """Whether it is a point on earth, or none."""
    if lat is None and lon is None:
        return {}
    for value, most in ((lat, 90), (lon, 180)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
            return {"lat": "Expected a latitude and a longitude in degrees."}
    return {}


def photo_problems(photos: Sequence[Any]) -> dict[str, str]:
    """Whether they are what ``take_photo`` answers."""
    if len(photos) > MOST_PHOTOS:
        return {"photos": f"Expected at most {MOST_PHOTOS} photos."}
    for photo in photos:
        if not isinstance(photo, Mapping):
            return {"photos": "Expected photos as they were kept."}
        digests = [photo.get("digest"), photo.get("public_digest")]
        size = photo.get("size")
        if (
            any(not isinstance(digest, str) or not _DIGEST.fullmatch(digest) for digest in digests)
            or photo.get("media_type") not in _IMAGES
            or not isinstance(size, int)
            or size < 1
        ):
            return {"photos": "Expected photos as they were kept."}
    return {}


def require_none(problems: Mapping[str, str], what: str) -> None:
    """Raise InvalidVariablesError where there are problems; ``what`` ends the sentence "Expected to …"."""
    if problems:
        raise InvalidVariablesError(f"Expected to {what} with what that takes.", dict(problems))
