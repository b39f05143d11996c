"""Reports that somebody reads before they are public: tokens until then."""

from __future__ import annotations

from io import BytesIO

import pytest
import requests
from PIL import Image

from tests.open311.conftest import ANSWERS, Open311City
from tests.open311.rules import RULES
from tests.open311.test_server import post, report
from tests.open311.validator import Validator
from tests.support.house import ADMIN
from web.open311.posting import request_id_of
from workflow_engine import ModerateServiceRequest, new_id


def show(town: Open311City, request_id: str, *, photos_shown: bool = False) -> None:
    command = ModerateServiceRequest(command_id=new_id(), request_id=request_id, shown=True, photos_shown=photos_shown)
    town.house.engine.handle(command, ADMIN)


@pytest.mark.parametrize("moderated", [True])
def test_moderated_server_gives_tokens_and_holds_every_rule(town: Open311City) -> None:
    history_ids = [post(town, service_code="road.hole").json()[0]["token"] for _ in range(3)]
    for token in history_ids:
        assert requests.get(f"{town.base}/tokens/{token}.xml", timeout=10).status_code == 404
        show(town, request_id_of(token))
    findings = Validator(town.base, town.key).run(ANSWERS, lambda token: show(town, request_id_of(token)))
    assert findings.wrong == {}
    assert findings.unseen == []
    assert set(findings.seen) == set(RULES)


def test_what_is_hidden_or_an_exercise_is_not_there(town: Open311City) -> None:
    request_id = report(town)
    command = ModerateServiceRequest(command_id=new_id(), request_id=request_id, shown=False, reason="rude")
    town.house.engine.handle(command, ADMIN)
    assert requests.get(f"{town.base}/requests/{request_id}.json", timeout=10).status_code == 404
    assert requests.get(f"{town.base}/requests.json", timeout=10).json() == []


def picture() -> bytes:
    """A photo that tells where it was taken."""
    out, exif = BytesIO(), Image.Exif()
    exif[0x010E] = "at home"
    Image.new("RGB", (8, 8), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_photos_are_public_once_somebody_has_looked_and_tell_nothing_of_where(town: Open311City) -> None:
    fields = {"api_key": town.key, "service_code": "road.hole", "address_string": "1 River Road"}
    files = [("media", ("a.jpg", picture(), "image/jpeg"))]
    (made,) = requests.post(f"{town.base}/requests.json", data=fields, files=files, timeout=10).json()
    address = f"{town.base}/requests/{made['service_request_id']}.json"
    assert requests.get(address, timeout=10).json()[0]["media_url"] is None
    show(town, made["service_request_id"], photos_shown=True)
    url = requests.get(address, timeout=10).json()[0]["media_url"]
    seen = requests.get(url, timeout=10)
    assert (seen.status_code, seen.headers["Content-Type"]) == (200, "image/jpeg")
    assert b"at home" not in seen.content
    refused = requests.post(
        f"{town.base}/requests.json", data=fields, files=[("media", ("a.jpg", b"no picture"))], timeout=10
    )
    assert (refused.status_code, refused.json()[0]["code"]) == (400, 400)
