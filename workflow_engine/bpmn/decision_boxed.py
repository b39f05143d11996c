"""Read boxed expressions: the logic inside decisions and business knowledge models (DMN 1.5, 7.3, 8 and 10.2)."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from workflow_engine.bpmn.decision_model import (
    AGGREGATIONS,
    HIT_POLICIES,
    Conditional,
    Context,
    Entry,
    FilterLogic,
    Function,
    Input,
    Invocation,
    Iteration,
    ListLogic,
    Literal,
    Logic,
    Output,
    Relation,
    Rule,
    Table,
)
from workflow_engine.bpmn.dialects.expressions import DialectError, translate
from workflow_engine.domain.errors import Problem

Element = etree._Element
_LETTERS = {
    "U": "UNIQUE", "F": "FIRST", "P": "PRIORITY", "A": "ANY", "C": "COLLECT", "R": "RULE ORDER", "O": "OUTPUT ORDER",
}  # fmt: skip


class BoxedReader:
    """Turns elements into ``Logic``; ``problems`` collects what cannot be read."""

    default_language = ""
    file_namespace = ""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self.problems: list[Problem] = []

    # -- elements ---------------------------------------------------------------------------------------------

    def children(self, element: Element, tag: str) -> list[Element]:
        """Direct children of DMN's own namespace."""
        return element.findall(f"{{{self._namespace}}}{tag}")

    def child(self, element: Element, tag: str) -> Element | None:
        """The first such child."""
        return element.find(f"{{{self._namespace}}}{tag}")

    def text_of(self, element: Element, tag: str) -> str:
        """The text of a child, without white space around it."""
        found = self.child(element, tag)
        return "".join(map(str, found.itertext())).strip() if found is not None else ""

    def tests_of(self, element: Element, tag: str) -> str:
        """The unary tests in a child such as ``allowedValues``."""
        found = self.child(element, tag)
        return "" if found is None else self.text_of(found, "text")

    def report(self, element: Element, code: str, message: str, mend: str) -> None:
        """Add an error about an element."""
        self.problems.append(
            Problem(code, "error", message, mend, element.get("id"), element.get("name"), element.sourceline)
        )

    # -- logic ------------------------------------------------------------------------------------------------

    def only_logic(self, element: Element) -> Logic | None:
        """The one boxed expression among the children, or None."""
        for child in element:
            if isinstance(child.tag, str):
                qualified = etree.QName(child)
                if qualified.namespace == self._namespace and qualified.localname in _READERS:
                    return self.logic(child)
        return None

    def logic(self, element: Element) -> Logic:
        """The boxed expression that an element is."""
        return _READERS[etree.QName(element).localname](self, element)

    def literal(self, element: Element) -> Literal:
        if self.child(element, "importedValues") is not None:
            self.report(element, "import", "Imported values are not read.", "Write the expression here.")
        text = self.feel(element, self.text_of(element, "text"))
        return Literal(text, element.get("typeRef", ""), element.sourceline or 0)

    def feel(self, element: Element, text: str) -> str:
        """The FEEL of an expression in the language that is declared."""
        language = element.get("expressionLanguage") or self.default_language
        if not text or "FEEL" in language.upper() or not (language or "${" in text or "#{" in text):
            return text
        try:
            return translate(text, language=language or None, prefer="feel").feel
        except DialectError as error:
            self.report(element, "expression_language", error.message, "Write the expression in FEEL.")
            return text

    def part(self, element: Element, tag: str) -> Logic:
        """The logic inside a child such as ``if`` or ``in``; null when there is none."""
        found = self.child(element, tag)
        logic = None if found is None else self.only_logic(found)
        if logic is None:
            self.report(element, "logic_missing", f"Expected an expression in <{tag}>.", "Fill it in.")
        return logic or Literal("null")

    def context(self, element: Element) -> Context:
        entries = []
        for part in self.children(element, "contextEntry"):
            name, type_ref = self.variable_of(part)
            entries.append(Entry(name, self.only_logic(part), type_ref))
        return Context(tuple(entries), element.get("typeRef", ""))

    def variable_of(self, element: Element) -> tuple[str, str]:
        """(name, type) of the ``variable`` child; empty when there is none."""
        variable = self.child(element, "variable")
        if variable is None:
            return "", ""
        return " ".join(variable.get("name", "").split()), variable.get("typeRef", "")

    def list_logic(self, element: Element) -> ListLogic:
        items = [self.logic(part) for part in element if self._is_logic(part)]
        return ListLogic(tuple(items), element.get("typeRef", ""))

    def _is_logic(self, element: Element) -> bool:
        return isinstance(element.tag, str) and etree.QName(element).localname in _READERS

    def relation(self, element: Element) -> Relation:
        columns = tuple(" ".join(part.get("name", "").split()) for part in self.children(element, "column"))
        rows = []
        for row in self.children(element, "row"):
            cells = tuple(self.logic(cell) for cell in row if self._is_logic(cell))
            if len(cells) != len(columns):
                self.report(
                    row, "row_width", f"Expected {len(columns)} cells, but found {len(cells)}.", "Fill the row."
                )
            rows.append(cells)
        return Relation(columns, tuple(rows), element.get("typeRef", ""))

    def function(self, element: Element) -> Function:
        if element.get("kind", "FEEL") not in ("FEEL", "F"):
            mend = "Write the body in FEEL."
            self.report(element, "external_function", f"Functions in {element.get('kind')} are not run.", mend)
        parameters = tuple(
            Entry(" ".join(part.get("name", "").split()), None, part.get("typeRef", ""))
            for part in self.children(element, "formalParameter")
        )
        return Function(parameters, self.only_logic(element), element.get("typeRef", ""))

    def invocation(self, element: Element) -> Invocation:
        called = self.only_logic(element) or Literal("null")
        bindings = []
        for part in self.children(element, "binding"):
            parameter = self.child(part, "parameter")
            name = "" if parameter is None else " ".join(parameter.get("name", "").split())
            bindings.append(Entry(name, self.only_logic(part) or Literal("null")))
        return Invocation(called, tuple(bindings), element.get("typeRef", ""))

    def conditional(self, element: Element) -> Conditional:
        parts = [self.part(element, tag) for tag in ("if", "then", "else")]
        return Conditional(parts[0], parts[1], parts[2], element.get("typeRef", ""))

    def iteration(self, element: Element) -> Iteration:
        kind = etree.QName(element).localname
        body = self.part(element, "return" if kind == "for" else "satisfies")
        variable = element.get("iteratorVariable", "")
        return Iteration(kind, variable, self.part(element, "in"), body, element.get("typeRef", ""))

    def filter_logic(self, element: Element) -> FilterLogic:
        return FilterLogic(self.part(element, "in"), self.part(element, "match"), element.get("typeRef", ""))

    # -- tables -----------------------------------------------------------------------------------------------

    def table(self, element: Element) -> Table:
        policy = element.get("hitPolicy", "UNIQUE").strip().upper().replace("_", " ")
        aggregation = element.get("aggregation", "").strip().upper()
        policy, aggregation = _spelled_out(policy, aggregation)
        if policy not in HIT_POLICIES:
            self.report(
                element, "hit_policy", f"Unknown hit policy {policy!r}.", f"Use one of {', '.join(HIT_POLICIES)}."
            )
        if aggregation and (aggregation not in AGGREGATIONS or policy != "COLLECT"):
            mend = f"Use COLLECT with one of {', '.join(AGGREGATIONS)}."
            self.report(element, "aggregation", f"Unknown aggregation {aggregation!r} for {policy}.", mend)
        inputs = tuple(map(self.input, self.children(element, "input")))
        outputs = tuple(map(self.output, self.children(element, "output")))
        rules = tuple(self.rule(rule, len(inputs), len(outputs)) for rule in self.children(element, "rule"))
        if not outputs:
            self.report(element, "output_missing", "Expected at least one output column.", "Add an output.")
        type_ref = element.get("typeRef", "")
        return Table(inputs, outputs, rules, policy, aggregation, type_ref, element.sourceline or 0)

    def input(self, element: Element) -> Input:
        expression = self.child(element, "inputExpression")
        text, type_ref = "", ""
        if expression is not None:
            text = self.feel(expression, self.text_of(expression, "text"))
            type_ref = expression.get("typeRef", "")
        if not text:
            self.report(element, "input_expression", "Expected an expression for the input.", "Name what to test.")
        return Input(text, element.get("label", ""), type_ref, self.tests_of(element, "inputValues"))

    def output(self, element: Element) -> Output:
        default = self.child(element, "defaultOutputEntry")
        return Output(
            name=" ".join(element.get("name", "").split()),
            label=element.get("label", ""),
            type_ref=element.get("typeRef", ""),
            allowed=self.tests_of(element, "outputValues"),
            default="" if default is None else self.feel(default, self.text_of(default, "text")),
        )

    def rule(self, element: Element, inputs: int, outputs: int) -> Rule:
        tests = tuple(self.text_of(cell, "text") for cell in self.children(element, "inputEntry"))
        results = tuple(self.feel(cell, self.text_of(cell, "text")) for cell in self.children(element, "outputEntry"))
        if (len(tests), len(results)) != (inputs, outputs):
            wanted = f"Expected {inputs} tests and {outputs} results, but found {len(tests)} and {len(results)}."
            self.report(element, "row_width", wanted, "Fill every cell of the row.")
        note = self.text_of(element, "description")
        return Rule(tests, results, element.get("id", ""), note, element.sourceline or 0)


def _spelled_out(policy: str, aggregation: str) -> tuple[str, str]:
    """Read the one-letter forms (``C+``) beside the words."""
    if len(policy) == 2 and policy[0] == "C":
        return "COLLECT", {"+": "SUM", "#": "COUNT", "<": "MIN", ">": "MAX"}.get(policy[1], aggregation)
    return _LETTERS.get(policy, policy), aggregation


_READERS: dict[str, Callable[[BoxedReader, Element], Logic]] = {
    "literalExpression": BoxedReader.literal,
    "decisionTable": BoxedReader.table,
    "context": BoxedReader.context,
    "list": BoxedReader.list_logic,
    "relation": BoxedReader.relation,
    "functionDefinition": BoxedReader.function,
    "invocation": BoxedReader.invocation,
    "conditional": BoxedReader.conditional,
    "for": BoxedReader.iteration,
    "some": BoxedReader.iteration,
    "every": BoxedReader.iteration,
    "filter": BoxedReader.filter_logic,
}
