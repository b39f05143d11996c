"""Every error the engine raises, in four families.

* ``RejectedError``: the caller's to mend; nothing changed.
* ``DefinitionError``: a model was refused; carries every problem found.
* ``ProcessFaultError``: a fault inside a case; becomes an incident, never reaches a caller.
* ``AuditError`` and ``StateFormatError``: the record itself is not what it should be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal


class EngineError(Exception):
    """Root of all errors of the engine; ``code`` is stable and safe to translate by."""

    code = "engine_error"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, Any] = details


class RejectedError(EngineError):
    """The command cannot be done as asked; nothing changed."""

    code = "rejected"


class NotFoundError(RejectedError):
    """The thing does not exist, or lies outside the caller's reach."""

    code = "not_found"


class NotPermittedError(RejectedError):
    """The actor may see the thing but may not do this to it."""

    code = "not_permitted"


class InvalidStateError(RejectedError):
    """The thing is in a state in which this cannot be done."""

    code = "invalid_state"


class CannotMigrateError(RejectedError):
    """A case cannot go on in another version; ``problems`` says for each place why, and what would help."""

    code = "cannot_migrate"

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message, problems=[problem.to_dict() for problem in problems])
        self.problems = tuple(problems)


class StaleVersionError(RejectedError):
    """Somebody else changed the thing after the caller looked at it."""

    code = "stale_version"


class DuplicateCommandError(RejectedError):
    """The command id was used before for another request."""

    code = "duplicate_command"


class InvalidVariablesError(RejectedError):
    """Submitted values do not fit; ``problems`` names each field and what it expects."""

    code = "invalid_variables"

    def __init__(self, message: str, problems: Mapping[str, str] | None = None, **details: Any) -> None:
        super().__init__(message, problems=dict(problems or {}), **details)
        self.problems: Mapping[str, str] = dict(problems or {})


class UnavailableError(EngineError):
    """The database cannot be had now (busy, full, gone); nothing was changed, trying again later may help."""

    code = "unavailable"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about a model: where it is, what is wrong, how to mend it."""

    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    mend: str = ""
    element_id: str | None = None
    element_name: str | None = None
    line: int | None = None
    file: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form; keys without a value are left out."""
        return {key: value for key, value in asdict(self).items() if value not in (None, "")}

    def __str__(self) -> str:
        place = self.file or ""
        if self.line:
            place += f":{self.line}"
        element = f"{self.element_id}" if self.element_id else ""
        if self.element_name:
            element += f" “{self.element_name}”"
        head = " ".join(part for part in (place, self.severity, element) if part)
        return f"{head}: {self.message}" + (f" {self.mend}" if self.mend else "")


class DefinitionError(EngineError):
    """A model was refused; ``problems`` lists everything that was found, not only the first."""

    code = "definition_refused"

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message, problems=[problem.to_dict() for problem in problems])
        self.problems = tuple(problems)


class ProcessFaultError(EngineError):
    """A fault inside a case: it becomes an incident on that case."""

    code = "process_fault"


class ExpressionError(ProcessFaultError):
    """A FEEL expression could not be evaluated."""

    code = "expression_error"


class ScriptError(ProcessFaultError):
    """A script task failed, or used up its time, memory or output."""

    code = "script_error"


class DecisionError(ProcessFaultError):
    """A decision table gave no answer, or more than its hit policy allows."""

    code = "decision_error"


class NoFlowTakenError(ProcessFaultError):
    """No condition held and there is no default flow (BPMN 2.0.2, 13.4.2)."""

    code = "no_flow_taken"


class ServiceTaskError(ProcessFaultError):
    """A job failed for good."""

    code = "service_task_error"


class UncaughtErrorEventError(ProcessFaultError):
    """An error event reached the end of the case without a catcher (BPMN 2.0.2, 10.5.6)."""

    code = "uncaught_error_event"


class StepBudgetError(ProcessFaultError):
    """The model runs on and on without a wait state."""

    code = "step_budget_exceeded"


class StuckError(ProcessFaultError):
    """Nothing is open, yet the case has not ended."""

    code = "stuck"


class AuditError(EngineError):
    """The audit record cannot be continued or does not verify."""

    code = "audit_error"


class TamperedError(AuditError):
    """Verification found changes; ``findings`` names each."""

    code = "tampered"

    def __init__(self, message: str, findings: Sequence[Any] = ()) -> None:
        super().__init__(message, findings=[str(finding) for finding in findings])
        self.findings = tuple(findings)


class HeadMovedError(AuditError):
    """The chain head is not the one expected; read it again and retry."""

    code = "head_moved"


class CheckpointError(AuditError):
    """A signed checkpoint is malformed, or its signature does not verify."""

    code = "checkpoint"


class StateFormatError(EngineError):
    """Stored state was written by another version of the format; says which."""

    code = "state_format"
