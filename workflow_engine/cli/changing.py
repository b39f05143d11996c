"""``case tokens``, ``case modify`` and ``case migrate``: step into running cases, after trying it on a copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from workflow_engine import (
    CaseCommand,
    CreateBatch,
    DryRun,
    Engine,
    MigrateCase,
    MigrationRehearsal,
    ModifyCase,
    NotFoundError,
    TokenPlace,
    new_id,
)
from workflow_engine.cli.asking import actor_for, opened, with_output, with_person, with_values
from workflow_engine.cli.cases import case as case
from workflow_engine.cli.output import Output, table

_DRY = click.option("--dry-run", is_flag=True, help="Try it on a copy and tell what would happen; change nothing.")
_REASON = click.option("--reason", help="Stays in the record; needed unless --dry-run.")


@case.command("tokens")
@click.argument("case_id")
@with_person
@with_output
def show_tokens(output: Output, case_id: str, person: str | None) -> None:
    """Show where the case stands, token by token; `case modify` takes their numbers."""
    with opened() as engine:
        basis = engine.queries.operation.get_plan_basis(case_id, actor_for(engine, person))
    data = {"case_id": case_id, "case_version": basis.case_version, "tokens": basis.places}
    output.tell(data, _places(basis.places))


@case.command()
@click.argument("case_id")
@click.option("--move", "moves", multiple=True, metavar="TOKEN=ELEMENT", help="Move a token; may be given often.")
@click.option("--add", "adds", multiple=True, metavar="ELEMENT[@SCOPE]", help="Put one more token there.")
@click.option("--withdraw", "withdrawals", multiple=True, type=int, metavar="TOKEN", help="Take a token away.")
@_REASON
@_DRY
@with_values
@with_person
@with_output
def modify(
    output: Output,
    case_id: str,
    moves: tuple[str, ...],
    adds: tuple[str, ...],
    withdrawals: tuple[int, ...],
    reason: str | None,
    dry_run: bool,
    values: dict[str, Any],
    person: str | None,
) -> None:
    """Move tokens of a running case by hand, and set variables with --set or --data, all in one step."""
    instructions: list[Mapping[str, Any]] = []
    for word in moves:
        token, element_id = _pair(word, "TOKEN=ELEMENT after --move")
        instructions.append({"do": "move", "token_id": _number(token), "element_id": element_id})
    for word in adds:
        element_id, at, scope = word.partition("@")
        instructions.append({"do": "add", "element_id": element_id, **({"scope_id": _number(scope)} if at else {})})
    instructions += [{"do": "cancel", "token_id": token_id} for token_id in withdrawals]
    command = ModifyCase(
        command_id=new_id(), case_id=case_id, instructions=tuple(instructions), variables=values,
        reason=_reason(reason, dry_run),
    )  # fmt: skip
    _do(output, command, person, dry_run)


@case.command()
@click.argument("case_id", required=False)
@click.option("--process", help="Instead of a case: every case of this process …")
@click.option("--from", "old", type=int, help="… that runs on this version.")
@click.option("--to", "new", type=int, required=True, help="The version to go on in.")
@click.option("--map", "mapped", multiple=True, metavar="OLD=NEW", help="What an element becomes; else its own id.")
@_REASON
@_DRY
@with_person
@with_output
def migrate(
    output: Output,
    case_id: str | None,
    process: str | None,
    old: int | None,
    new: int,
    mapped: tuple[str, ...],
    reason: str | None,
    dry_run: bool,
    person: str | None,
) -> None:
    """Put a running case, or all cases of a version, on another version; many become a batch that a worker does."""
    mapping = dict(_pair(word, "OLD=NEW after --map") for word in mapped)
    why = _reason(reason, dry_run)
    if case_id is not None:
        with opened() as engine:
            actor = actor_for(engine, person)
            process_id = engine.queries.get_case(case_id, actor).case.process_id
            target = _version(engine, process_id, new)
        command = MigrateCase(command_id=new_id(), case_id=case_id, definition_id=target, mapping=mapping, reason=why)
        _do(output, command, person, dry_run)
        return
    if process is None or old is None:
        raise click.UsageError("Expected a case, or --process with --from.")
    with opened() as engine:
        actor = actor_for(engine, person)
        source, target = _version(engine, process, old), _version(engine, process, new)
        if dry_run:
            _tell_rehearsal(output, engine.rehearse_migration({"definition_id": source}, target, mapping, actor))
            return
        batch = CreateBatch(
            command_id=new_id(), batch_id=new_id(), operation="migrate", selection={"definition_id": source},
            parameters={"definition_id": target, "mapping": mapping}, reason=why,
        )  # fmt: skip
        result = engine.handle(batch, actor).result
    lines = [f"Batch {result['batch_id']} will migrate {result['count']} cases."]
    output.tell(dict(result), lines)


def _do(output: Output, command: CaseCommand, person: str | None, dry_run: bool) -> None:
    with opened() as engine:
        actor = actor_for(engine, person)
        if dry_run:
            run = engine.dry_run(command, actor)
            output.tell({"dry_run": run}, _told(run))
            return
        receipt = engine.handle(command, actor)
        state = engine.queries.get_case(command.case_id, actor_for(engine, None)).case.state
    data = {"case_id": command.case_id, "state": state, "seq": receipt.seq, "entry_hash": receipt.entry_hash}
    output.tell(data, [f"Case {command.case_id} is {state}."])


def _tell_rehearsal(output: Output, rehearsal: MigrationRehearsal) -> None:
    able = [one for one in rehearsal.tries if one.done is not None]
    lines = [f"{rehearsal.count} cases; of {len(rehearsal.tries)} tried on copies {len(able)} can move."]
    for one in rehearsal.tries:
        lines += [f"  {one.case.case_id}: {problem}" for problem in one.problems]
        if one.refusal is not None:
            lines.append(f"  {one.case.case_id}: {one.refusal}")
    output.tell({"count": rehearsal.count, "able": len(able), "tries": rehearsal.tries}, lines)


def _told(run: DryRun) -> Iterator[str]:
    yield f"Nothing has been changed. Case {run.case_id} would be {run.state} after {len(run.events)} events:"
    for event in run.events:
        yield f"  {event['event']}  {event.get('element_id') or ''}".rstrip()
    yield ""
    yield from _places(run.places_after)


def _places(places: Sequence[TokenPlace]) -> list[str]:
    columns = ("token_id", "element_id", "element_kind", "scope_id", "bound")
    return list(table(columns, ([getattr(place, name) for name in columns] for place in places)))


def _version(engine: Engine, process_id: str, version: int) -> str:
    for row in engine.queries.list_definitions():
        if (row.process_id, row.version) == (process_id, version):
            return row.definition_id
    raise NotFoundError(f"Expected version {version} of process {process_id!r}, but there is none.")


def _pair(word: str, what: str) -> tuple[str, str]:
    name, separator, value = word.partition("=")
    if not separator or not name or not value:
        raise click.UsageError(f"Expected {what}, but got {word!r}.")
    return name, value


def _number(text: str) -> int:
    if not text.isdigit():
        raise click.UsageError(f"Expected the number of a token, but got {text!r}.")
    return int(text)


def _reason(reason: str | None, dry_run: bool) -> str:
    if not reason and not dry_run:
        raise click.UsageError("Expected --reason; it stays in the record.")
    return reason or "dry run"
