"""The register of resources as CSV, in the manner of the catalogue of categories."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from workflow_engine.domain.resources import COLUMNS, REQUIRED
from workflow_engine.interchange.category_csv import CategoryFile
from workflow_engine.interchange.spreadsheet_cells import guarded


class ResourceFile(CategoryFile):
    """The rows of a file, still as text, and what is wrong with its form."""

    what = "resources"
    columns = COLUMNS
    required = REQUIRED
    most = 20_000


def resource_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows of the register as a file that ``ResourceFile`` reads and spreadsheets open."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([guarded(_cell(row.get(name))) for name in COLUMNS])
    return "\ufeff" + out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
