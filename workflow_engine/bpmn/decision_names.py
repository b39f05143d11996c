"""Names in decisions that nothing gives: no input, no required decision, no entry beside them."""

from __future__ import annotations

from collections.abc import Iterator

from workflow_engine.bpmn.decision_linking import types_of
from workflow_engine.bpmn.decision_model import DecisionFile, DecisionNode, Knowledge
from workflow_engine.bpmn.decision_types import TypeSystem
from workflow_engine.bpmn.decision_walk import Text, logic_of, names_in, owners_in, texts_of
from workflow_engine.domain.errors import Problem
from workflow_engine.feel import FeelSyntaxError, compile_expression, compile_unary_tests
from workflow_engine.feel.builtins import REGISTRY
from workflow_engine.feel.outside import OUTSIDE

MOST_TOLD = 10


def check_names(file: DecisionFile, types: TypeSystem) -> list[Problem]:
    """Return a warning for every name that is certainly meant otherwise.

    Where a file declares its input data, every other name is unknown. Where it declares none (as in most files for
    process engines) inputs are the case's variables, so only names in cells that no input reads are suspicious.
    """
    check = _Check(file)
    return [problem for node in owners_in(file) for problem in check.node(node)][:MOST_TOLD]


class _Check:
    def __init__(self, file: DecisionFile) -> None:
        self._file = file
        self._names = frozenset(filter(None, names_in(file)))
        self._by_id: dict[str, str] = {one.node_id: one.name for one in owners_in(file)}
        self._by_id.update((one.node_id, one.name) for one in file.services)
        self._elements = set(self._by_id.values())
        self._by_id.update((one.node_id, one.name) for one in file.inputs)
        self._types = {item.name.partition(".")[0] for item in types_of(file)}

    def node(self, node: DecisionNode | Knowledge) -> Iterator[Problem]:
        """The findings about one decision or knowledge model."""
        required = self._required(node)
        texts = list(texts_of(logic_of(node)))
        read = {name for text in texts if not text.tests for name in self._free(text)}
        for text in texts:
            for name in sorted(self._free(text) - text.local):
                if name in required or name == node.name or name in REGISTRY or name in OUTSIDE or text.in_filter:
                    continue
                problem = self._judge(name, text, node, read)
                if problem is not None:
                    yield problem

    def _judge(self, name: str, text: Text, node: DecisionNode | Knowledge, read: set[str]) -> Problem | None:
        place = f"{text.where}: " if text.where else ""
        if name in self._elements:
            message = f"{place}{name!r} is used, but no requirement for it is drawn, so it has no value here."
            return _problem("requirement_missing", message, "Draw the requirement.", text, node)
        if name in self._types or any(name == one.name for one in self._file.inputs):
            return None
        if self._file.inputs or (text.tests and name not in read):
            mend = f'Write "{name}" if a text is meant, or declare the input.'
            return _problem("name_unknown", f"{place}nothing gives {name!r}.", mend, text, node)
        return None

    def _required(self, node: DecisionNode | Knowledge) -> set[str]:
        wanted = (*node.knowledge, *((*node.decisions, *node.inputs) if isinstance(node, DecisionNode) else ()))
        imported = {one.name for one in self._file.imports if one.name}
        unnamed = (names_in(one.file) for one in self._file.imports if not one.name and one.file)
        return {self._by_id.get(one, one) for one in wanted} | imported | {name for names in unnamed for name in names}

    def _free(self, text: Text) -> frozenset[str]:
        if not text.source.strip():
            return frozenset()
        names = self._names | text.local
        try:
            build = compile_unary_tests if text.tests else compile_expression
            return build(text.source, names=names).free_names
        except FeelSyntaxError:
            return frozenset()


def _problem(code: str, message: str, mend: str, text: Text, node: DecisionNode | Knowledge) -> Problem:
    line = text.line or node.line or None
    whole = f"Decision {node.name!r}: {message}"
    return Problem(code, "warning", whole, mend, text.element_id or node.node_id, node.name, line)
