"""Asks a GeoReport v2 server over HTTP and notes under each rule what held and what did not.

Shares no code with the server: it reads XML with lxml, JSON with the standard library, and speaks HTTP by requests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from lxml import etree

from tests.open311.rules import RULES

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
LISTS = {
    "services": "service", "attributes": "attribute", "values": "value", "service_requests": "request",
    "errors": "error", "endpoints": "endpoint", "formats": "format",
}  # fmt: skip
SERVICE = ("service_code", "service_name", "description", "metadata", "type", "keywords", "group")
ATTRIBUTE = ("variable", "code", "datatype", "required", "datatype_description", "order", "description")
REQUEST = (
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address",
    "address_id", "zipcode", "lat", "long", "media_url",
)  # fmt: skip
RECEIPT = ("service_request_id", "token", "service_notice", "account_id")
DISCOVERY = ("changeset", "contact", "key_service", "endpoints")
ENDPOINT = ("specification", "url", "changeset", "type", "formats")
DATATYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")
KNOWN = {*LISTS, *LISTS.values(), *SERVICE, *ATTRIBUTE, *REQUEST, *RECEIPT, *DISCOVERY, *ENDPOINT}
KNOWN |= {"service_definition", "discovery", "key", "name"}
W3C = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")


@dataclass
class Findings:
    """Under each rule: how often it was looked at, and what was wrong."""

    seen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RULES, 0))
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def note(self, rule: str, held: bool, what: object = "") -> bool:
        self.seen[rule] += 1
        if not held:
            self.wrong.setdefault(rule, []).append(f"{RULES[rule]}: {what}")
        return held

    @property
    def unseen(self) -> list[str]:
        """Rules that nothing was held against: a validator that looks at nothing finds nothing."""
        return [rule for rule, times in self.seen.items() if not times]


@dataclass
class Validator:
    """One run against one endpoint."""

    base: str
    api_key: str
    findings: Findings = field(default_factory=Findings)
    session: requests.Session = field(default_factory=requests.Session)

    def run(self, answers: Mapping[str, Mapping[str, Any]], batch: Callable[[str], None] | None = None) -> Findings:
        """Everything. ``answers`` has by service code the form fields that its required attributes need.

        ``batch`` brings a token's request to the point where it has an id; needed where a service is no realtime one.
        """
        self._discovery()
        services = self._services()
        definitions = [self._definition(one) for one in services if one["metadata"]]
        self._definition_errors()
        self._post(services, definitions, answers, batch)
        self._requests(services)
        self._errors()
        return self.findings

    # ---- asking
    def get(self, path: str, **arguments: str) -> Any:
        """Both formats of one resource, compared; the JSON."""
        xml = self.session.get(f"{self.base}/{path}.xml", params=arguments)
        plain = self.session.get(f"{self.base}/{path}.json", params=arguments)
        assert (xml.status_code, plain.status_code) == (200, 200), (path, arguments, xml.text, plain.text)
        return self._compared(xml, plain)

    def refusal(self, rule: str, code: int, path: str, **arguments: str) -> None:
        """Holds the rule against an answer that should be an error."""
        for form in ("xml", "json"):
            answer = self.session.get(f"{self.base}/{path}.{form}", params=arguments)
            self.findings.note(rule, answer.status_code == code, f"{answer.status_code} {answer.text[:200]}")
            self._error_document(answer, form)

    def post(self, form: str, fields: Sequence[tuple[str, str]]) -> requests.Response:
        kind = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        body = requests.models.RequestEncodingMixin._encode_params(list(fields))
        return self.session.post(f"{self.base}/requests.{form}", data=body, headers=kind)

    def _compared(self, xml: requests.Response, plain: requests.Response) -> Any:
        note = self.findings.note
        root = self._xml(xml)
        note("format.json_type", plain.headers["Content-Type"].lower() == "application/json; charset=utf-8")
        found = json.loads(plain.content.decode("utf-8"))
        note("format.spark", _texts(found) == _spark(root), f"{_texts(found)!r:.300} is not {_spark(root)!r:.300}")
        return found

    def _xml(self, answer: requests.Response) -> Any:
        note = self.findings.note
        kind = answer.headers["Content-Type"].lower()
        note("format.xml_type", kind == "text/xml; charset=utf-8", kind)
        head = re.match(rb"<\?xml version=\"1\.0\" encoding=\"(utf-8)\"\?>", answer.content, re.IGNORECASE)
        note("format.declaration", head is not None, answer.content[:60])
        try:
            answer.content.decode("utf-8")
            note("format.utf8", True)
        except UnicodeDecodeError as error:
            note("format.utf8", False, error)
        root = etree.fromstring(answer.content)
        for element in root.iter():
            name = str(element.tag)
            note("format.no_namespace", not name.startswith("{") and not element.attrib and not element.nsmap, name)
            note("format.strict", name in KNOWN, name)
            if name.endswith("_datetime") and element.text:
                note("format.instants", W3C.fullmatch(element.text) is not None, element.text)
        return root

    def _error_document(self, answer: requests.Response, form: str) -> None:
        if form == "json":
            found = json.loads(answer.content)
            fits = isinstance(found, list) and found and all(set(one) == {"code", "description"} for one in found)
            self.findings.note("errors.json", bool(fits and all(one["description"] for one in found)), found)
            return
        root = self._xml(answer)
        fits = (
            root.tag == "errors" and len(root) and all([c.tag for c in one] == ["code", "description"] for one in root)
        )
        self.findings.note("errors.document", bool(fits and all(one[0].text and one[1].text for one in root)))

    # ---- the resources
    def _discovery(self) -> None:
        note = self.findings.note
        found = self.get("discovery")
        note("discovery.formats", True)
        note("discovery.fields", all(found.get(name) for name in DISCOVERY), found)
        for endpoint in found["endpoints"]:
            note("discovery.endpoint_fields", all(endpoint.get(name) for name in ENDPOINT), endpoint)
            note("discovery.type", endpoint["type"] in ("production", "test"), endpoint["type"])
        ours = [endpoint for endpoint in found["endpoints"] if endpoint["specification"] == SPECIFICATION]
        if note("discovery.georeport", bool(ours)):
            note("discovery.xml_required", "text/xml" in ours[0]["formats"], ours[0]["formats"])
            there = self.session.get(f"{ours[0]['url']}/services.xml")
            note("discovery.url", there.status_code == 200, ours[0]["url"])

    def _services(self) -> list[dict[str, Any]]:
        note = self.findings.note
        services: list[dict[str, Any]] = self.get("services")
        note("services.root", isinstance(services, list) and bool(services))
        for service in services:
            note("services.fields", tuple(service) == SERVICE or set(service) == set(SERVICE), service)
            note("services.metadata", service["metadata"] in (True, False), service)
            note("services.type", service["type"] in ("realtime", "batch", "blackbox"), service)
        codes = [service["service_code"] for service in services]
        note("services.unique", len(set(codes)) == len(codes))
        return services

    def _definition(self, service: Mapping[str, Any]) -> dict[str, Any]:
        note = self.findings.note
        code = service["service_code"]
        found: dict[str, Any] = self.get(f"services/{code}")
        note("definition.root", found["service_code"] == code and set(found) == {"service_code", "attributes"}, found)
        note("definition.metadata", bool(found["attributes"]), code)
        for one in found["attributes"]:
            is_list = one["datatype"] in ("singlevaluelist", "multivaluelist")
            note("definition.fields", set(one) - {"values"} == set(ATTRIBUTE), one)
            note("definition.flags", one["variable"] in (True, False) and one["required"] in (True, False), one)
            note("definition.datatype", one["datatype"] in DATATYPES, one["datatype"])
            fits = all(set(value) == {"key", "name"} and value["key"] for value in one.get("values", ()))
            note("definition.values", bool(one.get("values")) == is_list and fits, one)
        orders = [one["order"] for one in found["attributes"]]
        fits = all(isinstance(order, int) and order > 0 for order in orders) and len(set(orders)) == len(orders)
        note("definition.order", fits, orders)
        return found

    def _definition_errors(self) -> None:
        self.refusal("definition.unknown", 404, "services/no-such-service")
        self.refusal("token.unknown", 404, "tokens/no-such-token")
        self.refusal("request.unknown", 404, "requests/no-such-request")

    def _post(
        self,
        services: Sequence[Mapping[str, Any]],
        definitions: Sequence[Mapping[str, Any]],
        answers: Mapping[str, Mapping[str, Any]],
        batch: Callable[[str], None] | None,
    ) -> None:
        simple = next(one["service_code"] for one in services if not one["metadata"])
        key, place = ("api_key", self.api_key), [("lat", "28.2"), ("long", "112.9")]
        ours = [key, ("service_code", simple)]
        self._refused("post.no_key", 403, [("service_code", simple), *place])
        self._refused("post.wrong_key", 403, [("api_key", "wrong"), ("service_code", simple), *place])
        self._refused("post.no_service", 400, [key, *place])
        self._refused("post.unknown_service", 404, [key, ("service_code", "no-such-service"), *place])
        self._refused("post.no_location", 400, ours)
        self._refused("post.half_location", 400, [*ours, ("lat", "28.2")])
        self._refused("post.long_description", 400, [*ours, *place, ("description", "x" * 4001)])
        self._receipt("post.address", [*ours, ("address_string", "湘江路 9 号")], batch)
        empty = [("email", ""), ("jurisdiction_id", ""), ("media_url", ""), ("address_id", "")]
        self._receipt("post.empty_is_absent", [*ours, *place, *empty], batch)
        text = ("一盏路灯不亮 & <b>dark</b>\n" * 200)[:3999] + "!"
        request_id = self._receipt("post.longest_description", [*ours, *place, ("description", text)], batch)
        if self.findings.note("post.position", bool(request_id)):
            (seen,) = self.get(f"requests/{request_id}")
            same = seen["description"].replace("\r\n", "\n") == text and (seen["lat"], seen["long"]) == (28.2, 112.9)
            self.findings.note("post.seen", same and seen["service_code"] == simple, seen)
        self._attributes(definitions, answers, batch)

    def _attributes(
        self,
        definitions: Sequence[Mapping[str, Any]],
        answers: Mapping[str, Mapping[str, Any]],
        batch: Callable[[str], None] | None,
    ) -> None:
        for definition in definitions:
            code = definition["service_code"]
            if code not in answers:
                continue
            ours = [("api_key", self.api_key), ("service_code", code), ("address_string", "1 River Road")]
            said = dict(answers[code])
            required = [one["code"] for one in definition["attributes"] if one["required"] and one["variable"]]
            for name in required:
                less = {other: value for other, value in said.items() if other != name}
                self._refused("post.required_attribute", 400, [*ours, *_answered(less)])
            for one in definition["attributes"]:
                if one["datatype"] == "singlevaluelist":
                    wrong = {**said, one["code"]: "no-such-key"}
                    self._refused("post.wrong_value", 400, [*ours, *_answered(wrong)])
                if one["datatype"] == "multivaluelist":
                    several = {**said, one["code"]: [value["key"] for value in one["values"]]}
                    self._receipt("post.several_values", [*ours, *_answered(several)], batch)

    def _refused(self, rule: str, status: int, fields: Sequence[tuple[str, str]]) -> None:
        for form in ("xml", "json"):
            answer = self.post(form, fields)
            self.findings.note(rule, answer.status_code == status, f"{answer.status_code} {answer.text[:200]}")
            self._error_document(answer, form)

    def _receipt(self, rule: str, fields: Sequence[tuple[str, str]], batch: Callable[[str], None] | None) -> str | None:
        found: dict[str, Any] = {}
        for form in ("xml", "json"):
            answer = self.post(form, fields)
            if not self.findings.note(rule, answer.status_code in (200, 201), f"{answer.status_code} {answer.text}"):
                return None
            if form == "json":
                (found,) = json.loads(answer.content)
            else:
                (found,) = _spark(self._xml(answer))
            either = bool(found.get("service_request_id")) != bool(found.get("token"))
            self.findings.note("post.answer", either and set(found) <= set(RECEIPT), found)
        if found.get("token") and batch is not None:
            batch(found["token"])
            (told,) = self.get(f"tokens/{found['token']}")
            self.findings.note(
                "token.known", bool(told["service_request_id"]) and told["token"] == found["token"], told
            )
            return str(told["service_request_id"])
        return found.get("service_request_id")

    def _requests(self, services: Sequence[Mapping[str, Any]]) -> None:
        note = self.findings.note
        listed = self.get("requests")
        note("requests.root", isinstance(listed, list) and bool(listed))
        note("requests.limit", len(listed) <= 1000, len(listed))
        names = {service["service_code"]: service["service_name"] for service in services}
        for one in listed:
            note("requests.fields", set(one) == set(REQUEST), set(REQUEST) ^ set(one))
            note("requests.status", one["status"] in ("open", "closed"), one["status"])
            note("requests.description", len(one["description"] or "") <= 4000)
            lat, long = one["lat"], one["long"]
            fits = (lat is None) == (long is None) and -90 <= (lat or 0) <= 90 and -180 <= (long or 0) <= 180
            note("requests.position", fits, (lat, long))
            made, changed = _at(one["requested_datetime"]), _at(one["updated_datetime"])
            note("requests.closed_at", changed >= made, one)
            note("requests.service", names.get(one["service_code"]) in (one["service_name"], None), one["service_name"])
        self._filters(listed)
        self._pages(listed)

    def _filters(self, listed: Sequence[Mapping[str, Any]]) -> None:
        note = self.findings.note
        ids = [one["service_request_id"] for one in listed[:3]]
        found = self.get("requests", service_request_id=",".join(ids))
        note("requests.ids", sorted(one["service_request_id"] for one in found) == sorted(ids), found)
        other = self.get("requests", service_request_id=ids[0], status="closed", service_code="no-such", start_date="x")
        note("requests.ids_override", [one["service_request_id"] for one in other] == ids[:1], other)
        codes = sorted({one["service_code"] for one in listed})[:2]
        some = self.get("requests", service_code=",".join(codes))
        note("requests.codes", {one["service_code"] for one in some} == set(codes), codes)
        counts = {}
        for status in ("open", "closed"):
            of_status = self.get("requests", status=status)
            counts[status] = len(of_status)
            note("requests.status_filter", all(one["status"] == status for one in of_status), status)
        note("requests.status_filter", len(self.get("requests", status="open,closed")) == sum(counts.values()), counts)
        instants = sorted(_at(one["requested_datetime"]) for one in listed)
        middle = instants[len(instants) // 2]
        since, until = middle.isoformat(), (middle + timedelta(days=1)).isoformat()
        between = self.get("requests", start_date=since, end_date=until)
        fits = all(middle <= _at(one["requested_datetime"]) <= middle + timedelta(days=1) for one in between)
        note("requests.dates", fits and bool(between), (since, until))
        note(
            "requests.default_span", min(instants) >= max(instants) - timedelta(days=91), (min(instants), max(instants))
        )
        wide = {"start_date": (middle - timedelta(days=91)).isoformat(), "end_date": middle.isoformat()}
        self.refusal("requests.span", 400, "requests", **wide)
        self.refusal("requests.bad_date", 400, "requests", start_date="yesterday")
        self.refusal("requests.bad_date", 400, "requests", start_date="2010-01-01T00:00:00")
        self.refusal("requests.bad_status", 400, "requests", status="pending")
        (single,) = self.get(f"requests/{ids[0]}")
        note("request.same", single == listed[0], (single, listed[0]))

    def _pages(self, listed: Sequence[Mapping[str, Any]]) -> None:
        walked: list[str] = []
        size = max(1, len(listed) // 3)
        for page in range(1, 6):
            rows = self.get("requests", page=str(page), page_size=str(size))
            walked += [one["service_request_id"] for one in rows]
        whole = [one["service_request_id"] for one in listed]
        self.findings.note("requests.page", walked[: len(whole)] == whole, (len(walked), len(whole)))

    def _errors(self) -> None:
        self.refusal("errors.unknown_path", 404, "no/such/thing")
        self.refusal("errors.jurisdiction", 404, "services", jurisdiction_id="elsewhere.example")
        same = self.get("services") == self.get("services", jurisdiction_id="")
        self.findings.note("errors.empty_jurisdiction", same)


def _answered(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    for code, value in said.items():
        if isinstance(value, list):
            fields += [(f"attribute[{code}][]", one) for one in value]
        else:
            fields.append((f"attribute[{code}]", value))
    return fields


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _spark(element: Any) -> Any:
    if element.tag in LISTS:
        return [_spark(child) for child in element]
    return {child.tag: _spark(child) for child in element} if len(element) else element.text or None


def _texts(plain: Any) -> Any:
    """The same structure with every simple value as the text that XML has for it."""
    if isinstance(plain, dict):
        return {name: _texts(value) for name, value in plain.items()}
    if isinstance(plain, list):
        return [_texts(value) for value in plain]
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return None if plain is None or plain == "" else str(plain)
