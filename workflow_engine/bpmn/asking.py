"""Questions that a run puts to the outside: each once in a command, and each told with its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from workflow_engine.domain.errors import ExpressionError
from workflow_engine.domain.events import OutsideAsked
from workflow_engine.domain.outside import SILENT, Answer, Outside

if TYPE_CHECKING:
    from workflow_engine.bpmn.recorder import Recorder

Question = tuple[str, list[Any], Answer]
"""(function, arguments, answer)."""


class Asking:
    """The questions of one command; without ``outside`` nobody answers. ``used`` lists them as they were asked."""

    __slots__ = ("_answers", "_outside", "recorder", "used")

    def __init__(self, outside: Outside | None = None) -> None:
        self._outside = outside
        self._answers: dict[tuple[str, bytes], Answer] | None = None
        self.used: list[Question] = []
        self.recorder: Recorder | None = None
        """Of the case that runs; outside of cases nothing is told."""

    def ask(self, function: str, arguments: list[Any]) -> Any:
        """The answer's value.

        Raises:
            ExpressionError: there is no answer; the message says why.
        """
        answer = self.answer(function, arguments)
        if answer.refusal is not None:
            raise ExpressionError(answer.refusal)
        return answer.value

    def answer(self, function: str, arguments: list[Any]) -> Answer:
        """The whole answer; a question that was asked in this command before has the same one."""
        key = (function, orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS))
        answers = self._answers = {} if self._answers is None else self._answers
        found = answers.get(key)
        if found is None:
            if self._outside is None:
                if function in SILENT:
                    return Answer()
                return Answer(refusal=f"Expected {function!r} to be asked in a case, but nobody answers it here.")
            found = answers[key] = self._outside.answer(function, arguments)
            if self.recorder is not None and not (function in SILENT and found == Answer()):
                self.recorder.add(
                    OutsideAsked(
                        function=function, arguments=arguments, answer=found.value, refusal=found.refusal,
                        source=dict(found.source), provisional=found.provisional or None,
                    )
                )  # fmt: skip
        self.used.append((function, arguments, found))
        return found
