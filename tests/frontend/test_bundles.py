"""The third-party bundles: whole, self-contained, and at work in a browser under the strict content security policy."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.conftest import ROOT

VENDOR = ROOT / "web" / "static" / "vendor"
BUNDLES = (
    "bpmn-viewer.js", "bpmn-viewer.css", "form-viewer.js", "form-viewer.css", "htmx.js", "htmx-sse.js", "leaflet.js",
    "leaflet.css", "LICENSES.txt", "bpmn-modeler.js", "bpmn-modeler.css", "dmn-editor.js", "dmn-editor.css",
    "form-editor.js", "form-editor.css",
    "supercluster.js",
)
DIAGRAM = """<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"
 xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" targetNamespace="test">
<process id="p"><userTask id="report" name="报告"/></process>
<di:BPMNDiagram><di:BPMNPlane bpmnElement="p"><di:BPMNShape bpmnElement="report">
<dc:Bounds x="10" y="10" width="100" height="80"/></di:BPMNShape></di:BPMNPlane></di:BPMNDiagram></definitions>"""
PAGE = """<!doctype html><html><head><meta charset="utf-8"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/vendor/bpmn-viewer.css"><link rel="stylesheet" href="/vendor/form-viewer.css">
<link rel="stylesheet" href="/vendor/leaflet.css"><script src="/vendor/htmx.js" defer></script>
<script src="/vendor/htmx-sse.js" defer></script><script src="/page.js" type="module"></script></head>
<body><div id="diagram"></div><div id="form"></div><div id="map"></div>
<button hx-get="/part.html">?</button></body></html>"""
SCRIPT = f"""
import {{ NavigatedViewer }} from "/vendor/bpmn-viewer.js";
import {{ createForm }} from "/vendor/form-viewer.js";
import {{ map, geoJSON }} from "/vendor/leaflet.js";
document.getElementById("diagram").style.height = "300px";
document.getElementById("map").style.height = "200px";
const viewer = new NavigatedViewer({{ container: "#diagram" }});
await viewer.importXML({json.dumps(DIAGRAM)});
viewer.get("canvas").addMarker("report", "active");
const field = {{ type: "textfield", key: "place", label: "Place" }};
const schema = {{ type: "default", components: [field] }};
await createForm({{ container: "#form", schema, data: {{ place: "Wenling" }} }});
const area = {{ type: "LineString", coordinates: [[121.3, 28.3], [121.4, 28.4]] }};
const plane = map("map", {{ attributionControl: false }}).setView([28.3, 121.3], 9);
geoJSON(area).addTo(plane);
document.body.dataset.ready = "yes";
"""


class StrictHandler(SimpleHTTPRequestHandler):
    """Serves a folder with the policy that the product's own pages have."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src 'self' data:")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Stay silent; the test looks at the page."""


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    path = VENDOR / "manifest.json"
    if not path.exists():
        pytest.skip("the front-end bundles are not built here; set-up said why")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.fixture
def site(manifest: dict[str, Any], tmp_path: Path) -> Iterator[str]:
    """The address of a page that uses every bundle."""
    (tmp_path / "vendor").symlink_to(VENDOR)
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "page.js").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "part.html").write_text("<b>swapped</b>", encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(StrictHandler, directory=str(tmp_path))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_manifest_names_every_bundle_with_its_hash(manifest: dict[str, Any]) -> None:
    assert set(BUNDLES) <= set(manifest["files"])
    for name, expected in manifest["files"].items():
        digest = hashlib.sha256((VENDOR / name).read_bytes()).digest()
        assert expected == f"sha256-{base64.b64encode(digest).decode()}", name


def test_style_sheets_load_nothing_from_elsewhere(manifest: dict[str, Any]) -> None:
    found = [
        f"{name}: {address}"
        for name in manifest["files"] if name.endswith(".css")
        for address in re.findall(r"url\(([^)]*)\)|@import", (VENDOR / name).read_text(encoding="utf-8"))
        if not address.strip("\"'").startswith(("./assets/", "#", "data:image/svg+xml"))
    ]
    assert found == []


@pytest.mark.parametrize("name", ["bpmn-modeler.js", "dmn-editor.js", "form-editor.js"])
def test_editors_carry_no_style_that_the_policy_refuses(manifest: dict[str, Any], name: str) -> None:
    text = (VENDOR / name).read_text(encoding="utf-8")
    # What is left are pieces of a notice that our own sheets place.
    found = re.findall(r' style="[^"$`]*"', text)
    assert [style for style in found if "margin" not in style and "+" not in style] == []


def test_licences_of_all_bundled_packages_are_shipped(manifest: dict[str, Any]) -> None:
    text = (VENDOR / "LICENSES.txt").read_text(encoding="utf-8")
    for name, version in manifest["packages"].items():
        assert f"{name} {version}\n" in text


@pytest.mark.browser
def test_bundles_work_under_the_content_security_policy(site: str, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site)
    page.wait_for_selector("body[data-ready]")
    assert page.text_content("[data-element-id=report] text") == "报告"
    assert page.locator(".djs-element.active").count() == 1
    assert page.input_value("#form input") == "Wenling"
    assert page.locator("#map path").count() == 1
    page.click("button")
    page.wait_for_selector("button b")
    assert page.inner_text("button b") == "swapped"
    assert page.locator(".bjs-powered-by").is_visible()
    assert page.locator(".fjs-powered-by-link").first.is_visible()
    assert complaints == []
