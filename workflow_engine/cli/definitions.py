"""``lint``, ``deploy``, ``release``, ``retire``: from a model's file to a version that may start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from workflow_engine import (
    DefinitionError,
    DefinitionRow,
    DeployDefinition,
    Engine,
    NotFoundError,
    ReleaseDefinition,
    RetireDefinition,
    new_id,
)
from workflow_engine.bpmn.decisions import read_decisions
from workflow_engine.bpmn.intake import IntakeResult, read_model
from workflow_engine.bpmn.lint_report import format_text
from workflow_engine.cli.asking import actor_for, existing, opened, read_bytes, with_output, with_person
from workflow_engine.cli.definition_files import collect, models_and_tables
from workflow_engine.cli.failures import PartlyRefusedError
from workflow_engine.cli.output import Output, table

_LARGEST_FILE_BYTES = 8_000_000


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@with_output
def lint(output: Output, files: tuple[str, ...]) -> None:
    """Check BPMN and DMN files, or folders of them, without deploying.

    Reports every problem at once with its element and how to mend it, and what of the file is translated or not used.
    Errors refuse a model (exit code 2); warnings and notes inform. FILE may be - for a BPMN file on standard input.
    """
    paths = [item for name in files for item in (models_and_tables(existing(name)) if name != "-" else [Path("-")])]
    found = []
    with output.progress("checking", len(paths)) as advance:
        for path in paths:
            found.append((str(path), _check(path)))
            advance()
    ok = all(result.ok for _name, result in found)
    output.tell(
        {"ok": ok, "files": [{"file": name, **result.to_dict()} for name, result in found]},
        (format_text(result, name) for name, result in found),
    )
    if not ok:
        raise PartlyRefusedError


def _check(path: Path) -> IntakeResult | _Tables:
    content = read_bytes(str(path), _LARGEST_FILE_BYTES)
    if path.suffix.lower() != ".dmn":
        return read_model(content, file_name=path.name)
    try:
        _decisions, problems = read_decisions(content, _tables_beside(path))
    except DefinitionError as error:
        return IntakeResult(None, error.problems)
    return _Tables(None, tuple(problems))


def _tables_beside(path: Path) -> dict[str, bytes]:
    """The decision files of the same folder, which this one may import."""
    folder = path.parent if path.exists() else None
    names = models_and_tables(folder) if folder is not None else []
    return {item.name: read_bytes(str(item), _LARGEST_FILE_BYTES) for item in names if item.suffix.lower() == ".dmn"}


class _Tables(IntakeResult):
    """What was found about decision tables, which are accepted without a process model."""

    @property
    def ok(self) -> bool:
        return not self.errors


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@with_person
@with_output
def deploy(output: Output, paths: tuple[str, ...], person: str | None) -> None:
    """Store each PATH as a version of its process: a BPMN file, or a folder with a model, decision tables and forms.

    The same content again is no new version. A new version is a draft until another person releases it.
    """
    results: list[dict[str, Any]] = []
    with opened() as engine, output.progress("deploying", len(paths)) as advance:
        actor = actor_for(engine, person)
        for path in paths:
            command = DeployDefinition(command_id=new_id(), files=collect(existing(path)))
            results.append({"path": path, **engine.handle(command, actor).result})
            advance()
    output.tell(
        {"definitions": results},
        (
            f"{result['path']}: {result['process_id']} version {result['version']}, {result['state']}"
            f"{'' if result['created'] else ' (was there already)'}  {result['definition_id'][:12]}"
            for result in results
        ),
    )


@click.command()
@click.argument("definition")
@click.option("--version", type=int, help="Which version, if DEFINITION is a process id; default: the newest draft.")
@with_person
@with_output
def release(output: Output, definition: str, version: int | None, person: str | None) -> None:
    """Let a draft be started. DEFINITION is a process id, or (the beginning of) a definition id.

    Another person than who deployed it must release it: name them with --as.
    """
    with opened() as engine:
        row = _find(engine, definition, version, ("draft",))
        command = ReleaseDefinition(command_id=new_id(), definition_id=row.definition_id)
        _tell_state(output, row, engine.handle(command, actor_for(engine, person)).result)


@click.command()
@click.argument("definition")
@click.option("--version", type=int, help="Which version, if DEFINITION is a process id; default: the newest released.")
@with_person
@with_output
def retire(output: Output, definition: str, version: int | None, person: str | None) -> None:
    """Let a version start no more; its running cases go on. DEFINITION as for release."""
    with opened() as engine:
        row = _find(engine, definition, version, ("released", "draft"))
        command = RetireDefinition(command_id=new_id(), definition_id=row.definition_id)
        _tell_state(output, row, engine.handle(command, actor_for(engine, person)).result)


@click.command("definitions")
@with_output
def definitions(output: Output) -> None:
    """List every deployed version."""
    with opened() as engine:
        rows = list(engine.queries.list_definitions())
    columns = ("process_id", "version", "state", "deployed_by", "released_by")
    cells = ([*(getattr(row, name) for name in columns), row.definition_id[:12]] for row in rows)
    output.tell({"definitions": rows}, table((*columns, "definition_id"), cells))


def _find(engine: Engine, definition: str, version: int | None, states: tuple[str, ...]) -> DefinitionRow:
    """The version that is meant. Raises NotFoundError unless it is exactly one."""
    rows = list(engine.queries.list_definitions())
    named = [row for row in rows if row.process_id == definition]
    if named:
        fitting = [row for row in named if (row.version == version if version is not None else row.state in states)]
        if fitting:
            return max(fitting, key=lambda row: (-states.index(row.state) if row.state in states else -9, row.version))
        wanted = f"version {version}" if version is not None else f"a version that is {' or '.join(states)}"
        raise NotFoundError(f"Expected {wanted} of process {definition!r}, but there is none.")
    fitting = [row for row in rows if row.definition_id.startswith(definition)]
    if len(fitting) == 1:
        return fitting[0]
    raise NotFoundError(f"Expected one definition {definition!r}, but {len(fitting)} are named so.")


def _tell_state(output: Output, row: DefinitionRow, result: Any) -> None:
    data = {"process_id": row.process_id, "version": row.version, "definition_id": row.definition_id, **result}
    output.tell(data, [f"{row.process_id} version {row.version} is {data.get('state', 'changed')} now."])
