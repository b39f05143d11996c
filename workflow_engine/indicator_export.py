"""A month's indicators with the log that they were computed from, as one file that anybody can compute again.

The log holds the public part of every entry: who did what when, never what people typed.
"""

from __future__ import annotations

import io
import zipfile
from importlib import resources

import orjson

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.permissions import require_somewhere
from workflow_engine.queries import Queries
from workflow_engine.queries.indicator_log import checkpoint_of, log_lines, told_of

READERS = ("recompute_indicators.py", "recompute_record.py", "recompute_formulas.py")
_README = """The indicators of one month, and the log that they were computed from. Python 3.10 computes them again:

    python3 recompute_indicators.py THIS.zip --check

The last line tells the root of the log: compare it with a checkpoint that the operator signed (checkpoint.txt, or
`liandong audit checkpoint`).
"""
_FIXED_DATE = (2020, 1, 1, 0, 0, 0)


def export_indicators(queries: Queries, period: str, actor: Actor) -> bytes:
    """The file of a published month.

    Raises:
        NotPermittedError: the actor may not export the record.
        NotFoundError: the month is not published.
    """
    require_somewhere(actor, "case.export", "export the log of indicators")
    with queries.snapshot() as snapshot:
        told, size = told_of(snapshot, period)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("export.json", _FIXED_DATE), orjson.dumps(told), zipfile.ZIP_DEFLATED)
            with archive.open(zipfile.ZipInfo("log.jsonl", _FIXED_DATE), "w") as lines:
                for line in log_lines(snapshot, size):
                    lines.write(line)
            note = checkpoint_of(snapshot, size)
            if note is not None:
                archive.writestr(zipfile.ZipInfo("checkpoint.txt", _FIXED_DATE), note)
            archive.writestr(zipfile.ZipInfo("README.txt", _FIXED_DATE), _README)
            for name in READERS:
                source = resources.files("workflow_engine.audit").joinpath(name).read_bytes()
                archive.writestr(zipfile.ZipInfo(name, _FIXED_DATE), source, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
