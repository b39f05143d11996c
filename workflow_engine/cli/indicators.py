"""``indicators``: definitions, values, and computing them again from an exported log."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from importlib import resources
from pathlib import Path

import click

from workflow_engine import DefineIndicators, FollowRecord
from workflow_engine.cli.asking import opened, with_output
from workflow_engine.cli.failures import PartlyRefusedError
from workflow_engine.cli.output import Output, table
from workflow_engine.domain.actors import OPERATOR, WORKER
from workflow_engine.domain.clock import new_id
from workflow_engine.indicator_export import export_indicators


@click.group()
def indicators() -> None:
    """Indicators: what is counted, what comes of it, and proof of it."""


@indicators.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--reason", default="", help="Why the methods are so; published with them.")
@with_output
def define(output: Output, folder: Path, reason: str) -> None:
    """Make the indicators of a file or FOLDER of *.json; what is there already stays as it is."""
    files = sorted(folder.glob("*.json")) if folder.is_dir() else [folder]
    definitions = [json.loads(path.read_bytes()) for path in files]
    with opened() as engine:
        command = DefineIndicators(
            command_id=new_id(), definitions=definitions, reason=reason or f"from {folder.name}"
        )
        defined = engine.handle(command, OPERATOR).result["defined"]
    output.tell({"defined": defined, "files": len(files)}, [f"{defined} of {len(files)} are new or changed."])


@indicators.command()
@with_output
def count(output: Output) -> None:
    """Bring everything into the log and count it; `serve` and `worker` do this by themselves."""
    with opened() as engine, output.progress("counting") as advance:
        while engine.extend_log(engine.chains_behind(everything=True)).sequenced:
            advance()
        while engine.queries.indicators.is_behind():
            engine.handle(FollowRecord(command_id=new_id(), most=500), WORKER)
            advance()
        found = engine.queries.indicators.counting()
    output.tell({"counted": found.counted, "logged": found.logged}, [f"{found.counted} of {found.logged} entries."])


@indicators.command()
@click.argument("period")
@click.option("--level", type=click.Choice(["city", "district", "subdistrict", "community"]), default="city")
@with_output
def show(output: Output, period: str, level: str) -> None:
    """Print the values of PERIOD, such as 2026-10."""
    with opened() as engine:
        values = engine.queries.indicators.table(period, level)
    rows = [
        (one.indicator_id, one.unit_id, "hidden" if one.suppressed else one.value, one.numerator, one.denominator,
         one.state)
        for one in values
    ]  # fmt: skip
    output.tell(values, table(("indicator", "unit", "value", "numerator", "denominator", "state"), rows))


@indicators.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--period", required=True, help="A published month, such as 2026-10.")
@with_output
def export(output: Output, file: Path, period: str) -> None:
    """Write the log that a published month was computed from to FILE (a ZIP with a reader of its own)."""
    with opened() as engine:
        content = export_indicators(engine.queries, period, OPERATOR)
    file.write_bytes(content)
    output.tell({"file": str(file), "bytes": len(content)}, [f"Wrote {file}: {len(content)} bytes."])


@indicators.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--period", help="Must be the month of the file.")
@click.option("--check", is_flag=True, help="Say what differs from what was published; exit code 2 if anything does.")
@with_output
def recompute(output: Output, file: str, period: str | None, check: bool) -> None:
    """Compute the month of an exported log FILE again, by the reader that is handed out with it (it knows nothing of
    this program, and no database is needed)."""
    if period is not None:
        _require_period(file, period)
    reader = resources.files("workflow_engine.audit").joinpath("recompute_indicators.py")
    ran = subprocess.run(
        [sys.executable, "-I", "-c", _RUN, str(Path(str(reader)).parent), file, *(["--check"] if check else [])],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode not in (0, 1):
        raise click.UsageError(ran.stderr.strip())
    output.tell({"same": ran.returncode == 0, "told": ran.stdout.splitlines()}, ran.stdout.splitlines())
    if ran.returncode:
        raise PartlyRefusedError


_RUN = "import sys; sys.path[0:0] = [sys.argv[1]]; import recompute_indicators as r; sys.exit(r.main(sys.argv[2:]))"


def _require_period(file: str, period: str) -> None:
    with zipfile.ZipFile(file) as archive:
        found = json.loads(archive.read("export.json")).get("period")
    if found != period:
        raise click.UsageError(f"Expected a file of {period}, but it is of {found}.")
