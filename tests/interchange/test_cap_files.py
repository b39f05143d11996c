"""Every CAP file of the reference data: read or refused, and for the reason that its description names."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from tests.conftest import SHARED
from workflow_engine.interchange.cap import CapError, alert_key, find_problems, parse_alert, write_alert

FOLDER = SHARED / "data" / "cap"
GOOGLE = FOLDER / "google-cap-library"
XSD = FOLDER / "xsd" / "CAP-v1.2.xsd"
# From the table that describes the files: version, valid by the schema of that version.
FILES = {
    "43b080713727.cap": ("1.2", True),
    "australia.cap": ("1.2", True),
    "canada.cap": ("1.2", True),
    "canada_errors.cap": ("1.2", True),
    "canada_signed.cap": ("1.2", True),
    "earthquake-iso8859-1.cap": ("1.2", True),
    "thunderstorm.cap": ("1.2", True),
    "wcatwc-warning.cap": ("1.2", True),
    "invalid.cap": ("1.2", False),
    "xee.cap": ("1.2", False),
    "KAR0-0306112239-SW.cap": ("1.1", True),
    "earthquake.cap": ("1.1", True),
    "no_optional_fields.cap": ("1.1", True),
    "weather.cap": ("1.1", True),
    "earthquake_signed.cap": ("1.1", False),
    "noaa_errors.cap": ("1.1", False),
}
REFUSED = {
    "canada_errors.cap": ["Expected references to the earlier message, because msgType is Update."],
    "invalid.cap": ["Expected the element scope, but it is missing."],
    "xee.cap": ["Expected no document type declaration (DOCTYPE): it can reach for other files."],
    "earthquake_signed.cap": ["Expected no XML signature: the schema of CAP 1.1 has no place for one."],
    "noaa_errors.cap": [
        "Expected one of Immediate, Expected, Future, Past, Unknown, but found “”.",
        "Expected one of Extreme, Severe, Moderate, Minor, Unknown, but found “”.",
        "Expected one of Observed, Likely, Possible, Unlikely, Unknown, but found “”.",
        "Expected a pair “latitude,longitude”, but found “+40.85,-118.09,”.",
    ],
}
needs_files = pytest.mark.skipif(not FOLDER.is_dir(), reason="needs the CAP files of the reference data")


def read(name: str) -> bytes:
    return (GOOGLE / name).read_bytes()


@needs_files
def test_no_file_is_left_out() -> None:
    assert {path.name for path in GOOGLE.glob("*.cap")} == set(FILES)


@needs_files
@pytest.mark.parametrize("name", FILES)
def test_structural_verdict_is_that_of_the_schema(name: str) -> None:
    kinds = {problem.kind for problem in find_problems(read(name))}
    assert bool(kinds & {"file", "structure"}) is not FILES[name][1]


@needs_files
@pytest.mark.parametrize(
    "name", [name for name, (version, _) in FILES.items() if version == "1.2" and name != "xee.cap"]
)
def test_structural_verdict_is_that_of_the_xsd_itself(name: str) -> None:
    valid = etree.XMLSchema(file=str(XSD)).validate(etree.fromstring(read(name)))
    kinds = {problem.kind for problem in find_problems(read(name))}
    assert valid is not bool(kinds & {"file", "structure"})


@needs_files
@pytest.mark.parametrize("name", REFUSED)
def test_parse_alert_of_a_bad_file_is_refused_with_every_reason(name: str) -> None:
    with pytest.raises(CapError) as refused:
        parse_alert(read(name))
    assert [problem.message for problem in refused.value.problems] == REFUSED[name]
    assert all(problem.line for problem in refused.value.problems)


@needs_files
@pytest.mark.parametrize("name", [name for name in FILES if name not in REFUSED])
def test_parse_alert_of_a_good_file(name: str) -> None:
    alert = parse_alert(read(name))
    assert alert.version == FILES[name][0]
    assert alert.status == "Actual"
    assert alert.signed is (name in ("canada_signed.cap", "earthquake-iso8859-1.cap"))
    again = parse_alert(write_alert(alert))
    assert (again.infos, again.references, alert_key(again)) == (alert.infos, alert.references, alert_key(alert))


@needs_files
def test_parse_alert_of_files_with_something_special() -> None:
    canada = parse_alert(read("canada.cap"))
    assert [info.language for info in canada.infos] == ["en-CA", "fr-CA"]
    assert [reference.identifier for reference in canada.references] == [
        "2.49.0.1.124.a3f342a4.2012",
        "2.49.0.1.124.60f31a3a.2012",
    ]
    assert sum(len(area.polygons) for info in canada.infos for area in info.areas) == 4
    assert len(parse_alert(read("canada_signed.cap")).references) == 9
    assert "Usulután" in (parse_alert(read("earthquake-iso8859-1.cap")).infos[0].headline or "")
    assert parse_alert(read("no_optional_fields.cap")).infos == ()
    assert parse_alert(read("earthquake.cap")).infos[0].areas[0].circles[0].center == (-16.053, -173.274)
    assert parse_alert(read("wcatwc-warning.cap")).incidents == ("lqw6d6",)


@needs_files
def test_the_same_message_in_two_files_has_one_key() -> None:
    in_1_1 = parse_alert(read("KAR0-0306112239-SW.cap"))
    in_1_2 = parse_alert((FOLDER / "ibm-cap" / "cap_amber_alert_example.xml").read_bytes())
    assert (in_1_1.version, in_1_2.version) == ("1.1", "1.2")
    assert [info.language for info in in_1_2.infos] == ["en-US", "es-US"]
    assert alert_key(in_1_1) == alert_key(in_1_2)


@needs_files
def test_the_attack_reaches_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    data = read("xee.cap").replace(b"/etc/passwd", str(secret).encode())
    assert "secret" not in str([problem.to_dict() for problem in find_problems(data)])
