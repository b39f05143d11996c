"""The description of the API (OpenAPI 3.1), written by hand in ``openapi.json``; bodies are checked against it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("openapi.json")
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(name: str) -> dict[str, Any]:
    """One of the document's schemas by itself, with everything it may refer to."""
    reference = f"#/components/schemas/{name}"
    return {"$schema": _DIALECT, "$ref": reference, "components": {"schemas": DOCUMENT["components"]["schemas"]}}
