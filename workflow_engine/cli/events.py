"""``message`` and ``signal``: tell running cases what happened outside."""

from __future__ import annotations

from typing import Any

import click

from workflow_engine import BroadcastSignal, PublishMessage, new_id
from workflow_engine.cli.asking import actor_for, opened, read_values, with_output, with_person, with_values
from workflow_engine.cli.output import Output


@click.command()
@click.argument("name")
@click.option("--id", "message_id", help="The sender's own id: the same id takes effect once. Default: a fresh one.")
@click.option("--case", "case_id", help="Only for this case; default: whichever waits for it.")
@click.option("--key", "keys", metavar="NAME=VALUE", multiple=True, help="A value of the correlation. May be repeated.")
@click.option(
    "--keep-for",
    "keep_for",
    type=click.IntRange(0),
    default=3600,
    show_default=True,
    help="Seconds for which the message waits when nobody catches it yet.",
)
@with_values
@with_person
@with_output
def message(
    output: Output,
    name: str,
    message_id: str | None,
    case_id: str | None,
    keys: tuple[str, ...],
    keep_for: int,
    values: dict[str, Any],
    person: str | None,
) -> None:
    """Bring a message called NAME: to one case that waits for it, to a new case that it starts, or it waits."""
    with opened() as engine:
        command = PublishMessage(
            command_id=new_id(), name=name, message_id=message_id or new_id(), payload=values, case_id=case_id,
            correlation=read_values(None, keys) or None, time_to_live_seconds=keep_for, new_case_id=new_id(),
        )  # fmt: skip
        receipt = engine.handle(command, actor_for(engine, person))
    caught_by = receipt.case_id or receipt.result.get("case_id")
    state = receipt.result.get("state") or ("correlated" if caught_by else "waiting")
    data = {
        "name": name, "message_id": command.message_id, "state": state, "case_id": caught_by,
        "duplicate": bool(receipt.result.get("duplicate")),
    }  # fmt: skip
    known = " This message id was known already." if data["duplicate"] else ""
    where = f"reached case {caught_by}" if caught_by else f"is {state}"
    output.tell(data, [f"Message {name} {where}.{known}"])


@click.command()
@click.argument("name")
@with_values
@with_person
@with_output
def signal(output: Output, name: str, values: dict[str, Any], person: str | None) -> None:
    """Send a signal called NAME to every case that waits for it now; cases that begin with it start."""
    with opened() as engine:
        command = BroadcastSignal(command_id=new_id(), name=name, signal_id=new_id(), payload=values)
        receipt = engine.handle(command, actor_for(engine, person))
    cases = int(receipt.result.get("cases", 0))
    output.tell(
        {"name": name, "signal_id": command.signal_id, "cases": cases},
        [f"Signal {name} reached {cases} case{'' if cases == 1 else 's'}."],
    )
