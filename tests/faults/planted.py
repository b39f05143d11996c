"""Bugs on purpose, put into a worker at its start: the checker has to find each of them, or the rig is worth nothing.

They are named by the worker's first line of input. ``script_points`` is no bug: it adds a failpoint ``in_script``,
passed before each script runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from workflow_engine.bpmn.scripts import ScriptSandbox
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.internal_commands import FireStartTimer
from workflow_engine.engine import Engine
from workflow_engine.failpoints import failpoint
from workflow_engine.storage import chains, timers
from workflow_engine.storage.unit_of_work import UnitOfWork
from workflow_engine.workers import clock

BUGS = ("answer_before_commit", "no_idempotency", "two_transactions", "timer_without_due_key")

AnswerEarly = Callable[[Receipt], None]
_owner: Any = Engine
_chains: Any = chains
_timers: Any = timers
_clock: Any = clock
_scripts: Any = ScriptSandbox


def plant(name: str, engine: Engine, answer_early: AnswerEarly) -> None:
    """Put the named bug into this process. Raises KeyError for a name that is not known."""
    if name:
        {
            "answer_before_commit": lambda: _answer_before_commit(answer_early),
            "no_idempotency": _no_idempotency,
            "two_transactions": _two_transactions,
            "timer_without_due_key": lambda: _timer_without_due_key(engine),
            "script_points": _script_points,
        }[name]()


def _answer_before_commit(answer_early: AnswerEarly) -> None:
    """The client hears of success when the work is done, but not yet durable."""
    real = _owner._perform

    def perform(self: Engine, unit: UnitOfWork, item: Any) -> Any:
        work, receipt = real(self, unit, item)
        answer_early(receipt)
        return work, receipt

    _owner._perform = perform


def _no_idempotency() -> None:
    """Command ids are not claimed: a repetition is handled like a new command."""
    _chains.claim = lambda _unit, _envelope, _digest: True


def _two_transactions() -> None:
    """The entry is committed by itself, the state that belongs to it afterwards."""
    real = _chains.append

    def append(unit: UnitOfWork, *rest: Any) -> Any:
        entry = real(unit, *rest)
        unit._cursor.execute("COMMIT")
        unit._cursor.execute("BEGIN IMMEDIATE" if unit.dialect == "sqlite" else "BEGIN")
        return entry

    _chains.append = append


def _timer_without_due_key(engine: Engine) -> None:
    """A start timer's firing has ids of its own each time, and is marked as fired only after its commit."""
    real_firing, real_fire, real_add = clock.firing, timers.fire_start_timer, timers.add_start_timer
    real_after: Any = _owner._after_commit
    unmarked: list[tuple[Any, ...]] = []

    def firing(timer: Any) -> Any:
        command = real_firing(timer)
        if isinstance(command, FireStartTimer):
            return replace(command, command_id=new_id(), case_id=new_id())
        return command

    def add(unit: UnitOfWork, bound: Any, trigger: Any, due_at: Any, **fields: Any) -> None:
        timer_id = f"start:{bound.definition_id}:{trigger.element_id}:{fields['armed_at'].timestamp():.0f}"
        if timers.find_timer(unit, timer_id, due_at) is None:
            real_add(unit, bound, trigger, due_at, **fields)

    def after_commit(self: Engine, work: Any, receipt: Receipt) -> None:
        while unmarked:
            engine._transact(partial(_marked, real_fire, unmarked.pop()))
        real_after(self, work, receipt)

    _clock.firing = firing
    _timers.fire_start_timer = lambda _unit, *values: unmarked.append(values)
    _timers.add_start_timer = add
    _owner._after_commit = after_commit


def _marked(mark: Any, values: tuple[Any, ...], unit: UnitOfWork) -> None:
    mark(unit, *values)


def _script_points() -> None:
    real = _scripts.run

    def run(self: ScriptSandbox, *rest: Any) -> Any:
        failpoint("in_script")
        return real(self, *rest)

    _scripts.run = run
