"""What a command must be before a transaction is opened for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.commands import Command
from workflow_engine.domain.errors import EngineError, RejectedError
from workflow_engine.domain.permissions import require_writer
from workflow_engine.handlers.registry import PREPARATIONS
from workflow_engine.handlers.validating import request_digest, validated


@dataclass(frozen=True, slots=True)
class Checked:
    """A command that may be tried in a transaction."""

    command: Command
    actor: Actor
    digest: str
    prepared: Any = None


def checked_apart(command: Command, actor: Actor) -> Checked | EngineError:
    """The command checked, or why it may not be tried; for several that are sent together."""
    try:
        if type(command) in PREPARATIONS:
            raise RejectedError(f"Expected {command.NAME} to be sent by itself, not among others.")
        valid = admitted(command, actor)
        return Checked(valid, actor, request_digest(valid, actor))
    except EngineError as refused:
        return refused


def admitted(command: Command, actor: Actor) -> Command:
    """The checked command. Raises NotPermittedError for an actor who only reads, unless it is one for readers."""
    if not command.FOR_READERS:
        require_writer(actor, command.NAME.replace(".", " "))
    return validated(command)
