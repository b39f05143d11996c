"""Our server against the standard's rules, against a client from PyPI, and what it keeps to itself."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from georeport import GeoReport
from lxml import etree

from tests.open311.conftest import ANSWERS, Open311City, make_key
from tests.open311.validator import Validator

PLACE = {"lat": "28.2", "long": "112.9"}


def post(town: Open311City, form: str = "json", **fields: Any) -> requests.Response:
    return requests.post(f"{town.base}/requests.{form}", data={"api_key": town.key, **PLACE, **fields}, timeout=10)


def report(town: Open311City, code: str = "road.hole", **fields: Any) -> str:
    (found,) = post(town, service_code=code, **fields).json()
    return str(found["service_request_id"])


def close(town: Open311City, request_id: str) -> None:
    for element_id in ("handle", "call_back"):
        town.house.complete(town.house.task(request_id, element_id))


def history(town: Open311City) -> None:
    """Requests of five months, some of them closed."""
    for age in (150, 120, 60, 30, 1):
        town.house.clock.advance(-age * 86_400)
        request_id = report(town)
        if age in (120, 30):
            close(town, request_id)
        town.house.clock.advance(age * 86_400)


def test_server_holds_every_rule_of_the_standard(town: Open311City) -> None:
    history(town)
    findings = Validator(town.base, town.key).run(ANSWERS)
    assert findings.wrong == {}
    assert findings.unseen == ["token.known"]  # ours answers at once; with moderation it gives tokens


@pytest.mark.parametrize("form", ["json", "xml"])
def test_client_from_pypi_reads_what_the_engine_knows(town: Open311City, form: str) -> None:
    first, second = report(town, description="一个坑 & more"), report(town, "light", **{
        "attribute[pole]": "P-7", "attribute[kind]": "a",
    })  # fmt: skip
    close(town, first)
    client = GeoReport(town.base, jurisdiction="yunxi.example", api_key=town.key, output_format=form)
    services = {one["service_code"]: one for one in client.get_service_list()}
    assert services.keys() == {"light", "road.hole"}
    definition = client.get_service_definition("light")
    assert definition["service_code"] == "light"
    assert len(definition["attributes"]) == (1 if form == "xml" else 7)
    found = client.get_service_request(first)
    row = town.house.engine.queries.service_requests.find_public(first)
    assert row is not None
    assert (found["service_request_id"], found["description"]) == (first, "一个坑 & more")
    assert found["status"] == ("open" if row.is_open else "closed")
    assert {one["service_request_id"] for one in client.get_service_requests()} == {first, second}
    assert client.get_service_requests(service_code="light,road.hole", status="open,closed")
    with pytest.raises(requests.HTTPError):
        client.get_service_request("unknown")


def test_reporter_stays_unknown_and_the_code_tracks_the_request(town: Open311City) -> None:
    fields = {
        "first_name": "Li", "last_name": "Hua", "email": "li@example.com", "phone": "13812345678", "device_id": "d-1",
        "description": "Call me: 13812345678, Li Hua", "media_url": "https://pictures.example/1",
    }  # fmt: skip
    (made,) = post(town, service_code="road.hole", **fields).json()
    request_id, notice = made["service_request_id"], made["service_notice"].split()
    for form in ("xml", "json"):
        shown = requests.get(f"{town.base}/requests.{form}?extensions=true", timeout=10).text
        assert not any(word in shown for word in ("Li Hua", "13812345678", "li@example.com", "d-1", "pictures"))
    number, code = notice[3], notice[7].rstrip(".")
    tracked = town.house.engine.queries.service_requests.track(number, code)
    assert tracked is not None
    assert (tracked.row.request_id, tracked.row.source) == (request_id, "open311")
    assert (tracked.row.reporter_name, tracked.row.reporter_contact) == ("Li Hua", "li@example.com; 13812345678")
    assert tracked.row.attributes == {"media_url": "https://pictures.example/1"}


def test_lists_are_of_the_language_and_the_zone_that_the_city_speaks(town: Open311City) -> None:
    request_id = report(town)
    answer = requests.get(
        f"{town.base}/requests/{request_id}.xml?extensions=true", headers={"Accept-Language": "zh-CN"}, timeout=10
    )
    root = etree.fromstring(answer.content)
    assert root.findtext("request/service_name") == "坑洼"
    assert root.findtext("request/requested_datetime") == "2026-05-12T20:00:00+08:00"
    assert root.findtext("request/extended_attributes/channel") == "open311"
    assert [note.findtext("type") for note in root.iterfind("request/notes/note")] == ["submitted", "told"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_pages_follow_the_link_and_miss_nothing(town: Open311City) -> None:
    made = []
    for _ in range(7):
        made.append(report(town))
        town.house.clock.advance(60)
    address: str | None = f"{town.base}/requests.json?page_size=3&status=open"
    seen: list[str] = []
    while address:
        answer = requests.get(address, timeout=10)
        seen += [one["service_request_id"] for one in answer.json()]
        address = answer.links.get("next", {}).get("url")
    assert seen == made[::-1]


def test_errors_are_documents_of_the_standard(town: Open311City) -> None:
    for method, path, status in (
        ("GET", "services.yaml", 404), ("GET", "services", 404), ("DELETE", "requests.xml", 400),
        ("GET", "requests.json?after=nonsense", 400), ("GET", "services/internal.xml", 404),
    ):  # fmt: skip
        answer = requests.request(method, f"{town.base}/{path}", timeout=10)
        assert answer.status_code == status, path
        if ".json" in path:
            assert answer.json()[0]["code"] == status
        else:
            assert etree.fromstring(answer.content).findtext("error/code") == str(status)


def test_keys_open_nothing_without_their_scope_and_only_so_often(town: Open311City) -> None:
    other = make_key(town.house, "cases:read")
    assert post(town, service_code="road.hole", api_key=other).status_code == 403
    assert post(town, service_code="internal").status_code == 404
    statuses = [post(town, service_code="road.hole", address_string=f"{n} Road").status_code for n in range(62)]
    assert statuses[0] == 201
    assert statuses[-1] == 429
