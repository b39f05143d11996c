"""Looking at a model's files without storing anything: checked as a deployment would, or beside another version's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workflow_engine.bpmn.comparing import ModelDifference
from workflow_engine.bpmn.comparing_files import compare_files
from workflow_engine.bpmn.model import Model
from workflow_engine.domain.errors import DefinitionError, Problem
from workflow_engine.handlers.deploying import is_model, read_files
from workflow_engine.queries.rows import NoteRow

__all__ = ["ModelCheck", "check_model", "compare_models", "is_model"]


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """Everything there is to say about files that may become a version."""

    problems: Sequence[Problem]
    notes: Sequence[NoteRow] = ()
    definition_id: str | None = None
    """Of the version they would be; None when they are refused."""
    process_ids: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        """Whether they would be stored."""
        return self.definition_id is not None


def check_model(
    files: Mapping[str, bytes], in_city: Callable[[Model], Sequence[Problem]] | None = None
) -> ModelCheck:
    """Read the files as a deployment does, in limited child processes; never raises for what they hold.

    ``in_city`` (``engine.queries.assigning.problems_in_city``) adds what they name and the organisation does not have.
    """
    try:
        reading = read_files(files)
    except DefinitionError as refused:
        return ModelCheck(refused.problems)
    notes = tuple(NoteRow(note.kind, note.element_id, note.what, note.before, note.after) for note in reading.notes)
    made = reading.deployment
    if made is None:
        return ModelCheck(tuple(reading.problems), notes)
    processes = tuple(process.id for process in made.processes)
    problems = [*reading.problems, *(in_city(made.model) if in_city is not None else ())]
    return ModelCheck(tuple(problems), notes, made.definition_id, processes)


def compare_models(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> ModelDifference:
    """Everything that differs between the files of two versions; never raises for what they hold."""
    return compare_files(before, after, is_model)
