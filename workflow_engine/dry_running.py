"""Dry runs: what a command would do to a case, done to a copy of it in memory and to nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow_engine.bpmn.asking import Asking
from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import new_seed
from workflow_engine.domain.commands import CaseCommand
from workflow_engine.domain.errors import CannotMigrateError, Problem, RejectedError, StaleVersionError
from workflow_engine.domain.events import CaseCompleted, Event
from workflow_engine.domain.operation_commands import MigrateCase
from workflow_engine.domain.permissions import require_somewhere
from workflow_engine.handlers.acts import ACTS
from workflow_engine.handlers.handling import Parts
from workflow_engine.library import BoundSource
from workflow_engine.outside import LiveOutside
from workflow_engine.queries.cases import require_visible_case, restore
from workflow_engine.queries.modification import TokenPlace, places_of, require_operable
from workflow_engine.queries.rows import CaseRow
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage import batches as store


@dataclass(frozen=True, slots=True)
class DryRun:
    """What the command would do now: its events with their values, and the case before and after."""

    case_id: str
    case_version: int
    """Of the copy; the command may be bound to it."""
    state: str
    events: tuple[Mapping[str, Any], ...]
    places_before: tuple[TokenPlace, ...]
    places_after: tuple[TokenPlace, ...]
    variables_before: Mapping[str, Any]
    variables_after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MigrationTry:
    """What migrating one case would do: the dry run, or everything that stands against it."""

    case: CaseRow
    done: DryRun | None
    problems: tuple[Problem, ...] = ()
    refusal: str | None = None
    """Why not, where it is not one of its places."""


@dataclass(frozen=True, slots=True)
class MigrationRehearsal:
    """A migration tried on copies of the first of the cases it would touch."""

    count: int
    """How many it would touch in all."""
    tries: tuple[MigrationTry, ...]


def dry_run(snapshot: Snapshot, parts: Parts, command: CaseCommand, actor: Actor, now: datetime) -> DryRun:
    """Do ``command`` to a copy. Raises what handling it would raise."""
    what = f"try {command.NAME} on case {command.case_id}"
    case = require_operable(snapshot, command.case_id, actor, what)[1]
    version = case.version
    if getattr(command, "case_version", None) not in (None, version):
        raise StaleVersionError(f"Expected to {what} as it stood, but it has moved on.", version=version)
    act = ACTS.get(type(command))
    if act is None:
        raise RejectedError(f"Expected a command to a running case, but {command.NAME} is none.")
    instance = restore(snapshot, command.case_id)
    before, variables = places_of(instance), instance.variables()
    context = RunContext(
        now=now,
        seed=new_seed(),
        source=BoundSource(snapshot.unit, snapshot.library),
        step_budget=parts.step_budget,
        asking=Asking(LiveOutside(snapshot.unit, now, case.unit_id, case.case_id)),
    )
    step = act(instance, context, command, actor.actor_id)
    ended = step.state is not None
    return DryRun(
        case_id=command.case_id,
        case_version=version,
        state=step.state or "active",
        events=tuple({**event.body(), **event.values()} for event in step.events),
        places_before=before,
        places_after=() if ended else places_of(instance),
        variables_before=variables,
        variables_after=_final(step.events) if ended else instance.variables(),
    )


def rehearse_migration(
    snapshot: Snapshot,
    parts: Parts,
    selection: Mapping[str, Any],
    definition_id: str,
    mapping: Mapping[str, str],
    actor: Actor,
    now: datetime,
    most: int,
) -> MigrationRehearsal:
    """Try a migration on copies of the first ``most`` cases of the selection."""
    require_somewhere(actor, "case.operate", "try a migration")
    items = store.resolve(snapshot.unit, "migrate", selection, actor)
    tries = []
    for item in items[:most]:
        case = require_visible_case(snapshot, item.case_id, actor)
        command = MigrateCase(
            command_id="dry-run-only", case_id=item.case_id, definition_id=definition_id, mapping=mapping, reason="…"
        )
        try:
            tries.append(MigrationTry(case, dry_run(snapshot, parts, command, actor, now)))
        except CannotMigrateError as refused:
            tries.append(MigrationTry(case, None, refused.problems))
        except RejectedError as refused:
            tries.append(MigrationTry(case, None, (), refused.message))
    return MigrationRehearsal(len(items), tuple(tries))


def _final(events: Sequence[Event]) -> Mapping[str, Any]:
    """What a case that ends in the dry run knows at its end."""
    ended = next((event for event in reversed(events) if isinstance(event, CaseCompleted)), None)
    return {} if ended is None else dict(ended.variables or {})
