"""Grid cases under way, each at another step, with pictures that are drawn for the demo."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from workflow_engine import AddAttachment, Engine, SubmitServiceRequest, take_photo
from workflow_engine.demo.story import command_id, person, take_steps

_TEXTS = Path(__file__).with_name("grid.json")
_SKY, _HOUSE, _ROAD, _MARK = (196, 214, 226), (164, 150, 138), (96, 99, 104), (232, 232, 226)


def tell_grid(engine: Engine) -> None:
    """Report and handle them as far as they are; again: no change."""
    for told in json.loads(_TEXTS.read_text(encoding="utf-8"))["cases"]:
        request = told["request"]
        submit = SubmitServiceRequest(
            command_id=command_id("grid", request), request_id=command_id("g", request), source="inspector",
            photos=[take_photo(engine.files, _picture(request["category"]))], **request,
        )  # fmt: skip
        receipt = engine.handle(submit, person(engine, told["by"]))
        engine.pump()
        if receipt.replayed or receipt.case_id is None:
            continue
        for step in told["steps"]:
            if "photo" in step:
                _attach(engine, receipt.case_id, step)
            else:
                take_steps(engine, receipt.case_id, [step])


def _attach(engine: Engine, case_id: str, step: dict[str, Any]) -> None:
    kept = engine.files.keep(_picture(step["photo"]))
    command = AddAttachment(
        command_id=command_id("photo", [case_id, step]), case_id=case_id, digest=kept.digest, size=kept.size,
        media_type=kept.media_type, name=step["photo"],
    )  # fmt: skip
    engine.handle(command, person(engine, step["as"]))


def _picture(of: str) -> BytesIO:
    """A street that is drawn, another one for each text."""
    shift = sum(map(ord, of)) % 240
    picture = Image.new("RGB", (960, 640), _SKY)
    draw = ImageDraw.Draw(picture)
    for number in range(5):
        left = number * 220 - shift
        draw.rectangle((left, 150 + 40 * (number % 3), left + 180, 420), fill=_HOUSE)
    draw.rectangle((0, 420, 960, 640), fill=_ROAD)
    for number in range(6):
        draw.rectangle((number * 180 - shift % 180, 520, number * 180 - shift % 180 + 90, 532), fill=_MARK)
    out = BytesIO()
    picture.save(out, "JPEG", quality=80)
    out.seek(0)
    return out
