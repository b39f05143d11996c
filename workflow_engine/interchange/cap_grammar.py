"""The elements of CAP 1.2 and 1.1, their order, number and content, written from the standard (OASIS CAP 1.2, 3.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace

CAP_1_2 = "urn:oasis:names:tc:emergency:cap:1.2"
CAP_1_1 = "urn:oasis:names:tc:emergency:cap:1.1"
XML_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
VERSIONS = {CAP_1_2: "1.2", CAP_1_1: "1.1"}

STATUS = ("Actual", "Exercise", "System", "Test", "Draft")
MSG_TYPE = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPE = ("Public", "Restricted", "Private")
CATEGORY = (
    *("Geo", "Met", "Safety", "Security", "Rescue", "Fire"),
    *("Health", "Env", "Transport", "Infra", "CBRNE", "Other"),
)
RESPONSE_TYPE = ("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None")
URGENCY = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITY = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTY = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")


@dataclass(frozen=True, slots=True)
class Rule:
    """One element: its name, what it holds, and how often it stands at its place."""

    name: str
    holds: str = "text"
    """text, time, language, uri, integer, decimal, one_of (``values``) or elements (``rules``)."""
    required: bool = False
    many: bool = False
    values: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()


def _one_of(name: str, values: tuple[str, ...], *, required: bool = True, many: bool = False) -> Rule:
    return Rule(name, "one_of", required, many, values)


def _elements(name: str, *rules: Rule) -> Rule:
    return Rule(name, "elements", many=True, rules=rules)


def _pair(name: str) -> Rule:
    return _elements(name, Rule("valueName", required=True), Rule("value", required=True))


_AREA = _elements(
    "area",
    Rule("areaDesc", required=True),
    Rule("polygon", many=True),
    Rule("circle", many=True),
    _pair("geocode"),
    Rule("altitude", "decimal"),
    Rule("ceiling", "decimal"),
)
_RESOURCE = _elements(
    "resource",
    Rule("resourceDesc", required=True),
    Rule("mimeType", required=True),
    Rule("size", "integer"),
    Rule("uri", "uri"),
    Rule("derefUri"),
    Rule("digest"),
)
_INFO = _elements(
    "info",
    Rule("language", "language"),
    _one_of("category", CATEGORY, many=True),
    Rule("event", required=True),
    _one_of("responseType", RESPONSE_TYPE, required=False, many=True),
    _one_of("urgency", URGENCY),
    _one_of("severity", SEVERITY),
    _one_of("certainty", CERTAINTY),
    Rule("audience"),
    _pair("eventCode"),
    Rule("effective", "time"),
    Rule("onset", "time"),
    Rule("expires", "time"),
    Rule("senderName"),
    Rule("headline"),
    Rule("description"),
    Rule("instruction"),
    Rule("web", "uri"),
    Rule("contact"),
    _pair("parameter"),
    _RESOURCE,
    _AREA,
)
ALERT_1_2 = _elements(
    "alert",
    Rule("identifier", required=True),
    Rule("sender", required=True),
    Rule("sent", "time", required=True),
    _one_of("status", STATUS),
    _one_of("msgType", MSG_TYPE),
    Rule("source"),
    _one_of("scope", SCOPE),
    Rule("restriction"),
    Rule("addresses"),
    Rule("code", many=True),
    Rule("note"),
    Rule("references"),
    Rule("incidents"),
    _INFO,
)


def _as_in_1_1(rule: Rule) -> Rule:
    """Return what the rule was in CAP 1.1: two response types fewer, no need of a MIME type, any xs:dateTime."""
    if rule.name == "responseType":
        return replace(rule, values=tuple(value for value in rule.values if value not in ("Avoid", "AllClear")))
    if rule.name == "mimeType":
        return replace(rule, required=False)
    if rule.holds == "time":
        return replace(rule, holds="any_time")
    return replace(rule, rules=tuple(_as_in_1_1(inner) for inner in rule.rules))


ALERT_1_1 = _as_in_1_1(ALERT_1_2)
ALERT = {CAP_1_2: ALERT_1_2, CAP_1_1: ALERT_1_1}
