"""The description of the API (OpenAPI 3.1): jobs by hand in ``openapi.json``, the rest from the table of operations.

Bodies are checked against it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from web.api.generated import paths_and_schemas

FILE = Path(__file__).with_name("openapi.json")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _whole() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    paths, schemas = paths_and_schemas()
    for path, methods in paths.items():
        document["paths"].setdefault(path, {}).update(methods)
    document["components"]["schemas"].update(schemas)
    tags = {tag for methods in document["paths"].values() for one in methods.values() for tag in one["tags"]}
    document["tags"] = [{"name": tag} for tag in sorted(tags)]
    plain: dict[str, Any] = json.loads(json.dumps(document))
    return plain


DOCUMENT = _whole()


def schema_of(name: str) -> dict[str, Any]:
    """One of the document's schemas by itself, with everything it may refer to."""
    reference = f"#/components/schemas/{name}"
    return {"$schema": _DIALECT, "$ref": reference, "components": {"schemas": DOCUMENT["components"]["schemas"]}}
