"""FEEL text to tree: a recursive-descent parser over the grammar of DMN 1.5, 10.3.1.2."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from workflow_engine.feel import ast
from workflow_engine.feel.lexer import string_value
from workflow_engine.feel.names import NameIndex
from workflow_engine.feel.stream import TokenStream
from workflow_engine.feel.types import parse_type
from workflow_engine.feel.values import NUMBERS

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_MAX_POSTFIX = 40
_MAX_ELSE_IF = 100
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse_expression(source: str, known: Iterable[NameIndex] = ()) -> ast.Node:
    """Parse one expression; raises ``FeelSyntaxError``."""
    parser = _Parser(source, known)
    node = parser.expression()
    parser.finish()
    return node


def parse_unary_tests(source: str, known: Iterable[NameIndex] = ()) -> ast.UnaryTests:
    """Parse the content of a decision table's input entry (grammar rules 14 to 17)."""
    parser = _Parser(source, [*known, NameIndex(["?"])])
    node = parser.unary_tests()
    parser.finish()
    return node


def _number(text: str) -> Decimal | None:
    """Read a number's text, rounded to 34 digits; what is beyond Decimal128 is null."""
    try:
        return NUMBERS.create_decimal(text)
    except ArithmeticError:
        return None


class _Parser(TokenStream):
    """One method per level of the grammar, loosest binding first."""

    def finish(self) -> None:
        if self.token.kind != "end":
            raise self.error("an operator or the end of the expression")

    # -- unary tests ------------------------------------------------------------------------------------------

    def unary_tests(self) -> ast.UnaryTests:
        if self.at_op("-") and self.peek().kind == "end":
            self.advance()
            return ast.UnaryTests(None)
        if self.at_word("not") and self.peek().text == "(":
            mark = self.index
            self.index += 2
            tests = self._tests()
            self.expect_op(")", "',' or ')'")
            if self.token.kind == "end":
                return ast.UnaryTests(tests, negated=True)
            self.index = mark
        return ast.UnaryTests(self._tests())

    def _tests(self) -> tuple[ast.Node, ...]:
        tests = [self._test()]
        while self.accept_op(","):
            tests.append(self._test())
        return tuple(tests)

    def _test(self, *, tight: bool = False) -> ast.Node:
        with self.nested():
            if self.at_op(*_COMPARISONS):
                operator = self.advance().text
                return ast.Operator(operator, self._additive())
            return self._additive() if tight else self.expression()

    # -- operators --------------------------------------------------------------------------------------------

    def expression(self) -> ast.Node:
        with self.nested():
            return self._logic("or")

    def _logic(self, operator: str) -> ast.Node:
        operands = [self._comparison() if operator == "and" else self._logic("and")]
        while self.accept_word(operator):
            operands.append(self._comparison() if operator == "and" else self._logic("and"))
        return operands[0] if len(operands) == 1 else ast.Logic(operator, tuple(operands))

    def _comparison(self) -> ast.Node:
        left = self._additive()
        rounds = 0
        while True:
            if self.at_op(*_COMPARISONS):
                operator = self.advance().text
                left = ast.Compare(operator, left, self._additive())
            elif self.accept_word("between"):
                low = self._additive()
                self.expect_word("and")
                left = ast.Between(left, low, self._additive())
            elif self.accept_word("in"):
                left = ast.In(left, self._in_tests())
            else:
                return left
            rounds += 1
            if rounds > _MAX_POSTFIX:
                raise self.error("fewer comparisons in a row")

    def _in_tests(self) -> tuple[ast.Node, ...]:
        if not self.at_op("("):
            return (self._test(tight=True),)
        mark = self.index
        self.advance()
        tests = self._tests()
        if self.at_op(".."):
            self.index = mark
            return (self._additive(),)
        self.expect_op(")", "',' or ')'")
        if len(tests) == 1 and not isinstance(tests[0], ast.Operator):
            self.index = mark
            return (self._additive(),)
        return tests

    def _additive(self) -> ast.Node:
        first = self._multiplicative()
        rest = []
        while self.at_op("+", "-"):
            operator = self.advance().text
            rest.append((operator, self._multiplicative()))
        return ast.Chain(first, tuple(rest)) if rest else first

    def _multiplicative(self) -> ast.Node:
        first = self._power()
        rest = []
        while self.at_op("*", "/"):
            operator = self.advance().text
            rest.append((operator, self._power()))
        return ast.Chain(first, tuple(rest)) if rest else first

    def _power(self) -> ast.Node:
        first = self._unary()
        rest = []
        while self.accept_op("**"):
            rest.append(("**", self._unary()))
        return ast.Chain(first, tuple(rest)) if rest else first

    def _unary(self) -> ast.Node:
        if not self.at_op("-"):
            return self._instance()
        if self.peek().kind == "number":
            return self._instance()
        self.advance()
        with self.nested():
            return ast.Negate(self._unary())

    def _instance(self) -> ast.Node:
        node = self._postfix()
        while self.at_word("instance") and self.peek().text == "of":
            self.index += 2
            node = ast.InstanceOf(node, parse_type(self))
        return node

    # -- postfix ----------------------------------------------------------------------------------------------

    def _postfix(self, *, filters: bool = True) -> ast.Node:
        node = self._primary()
        rounds = 0
        while True:
            if self.accept_op("."):
                node = ast.Path(node, self.read_member())
            elif filters and self.at_op("[") and not self._bracket_closes_range:
                self.advance()
                with self.scope(["item"]):
                    condition = self._fresh(self.expression)
                self.expect_op("]")
                node = ast.Filter(node, condition)
            elif self.at_op("("):
                node = self._call(node)
            else:
                return node
            rounds += 1
            if rounds > _MAX_POSTFIX:
                raise self.error("a shorter chain of '.', '[…]' and '(…)'")

    _bracket_closes_range = False

    def _fresh(self, parse: Callable[[], ast.Node]) -> ast.Node:
        """Run a sub-parser in which ``[`` means a filter again."""
        before, self._bracket_closes_range = self._bracket_closes_range, False
        node = parse()
        self._bracket_closes_range = before
        return node

    def _call(self, function: ast.Node) -> ast.Node:
        self.advance()
        if self.accept_op(")"):
            return ast.Call(function, ())
        named = self.at_named_argument()
        arguments: list[ast.Node] = []
        names: list[str] = []
        while True:
            if named:
                names.append(self.read_new_name())
                self.expect_op(":")
            arguments.append(self._fresh(self.expression))
            if not self.accept_op(","):
                break
        self.expect_op(")", "',' or ')'")
        return ast.Call(function, tuple(arguments), tuple(names) if named else None)

    # -- primary ----------------------------------------------------------------------------------------------

    def _primary(self) -> ast.Node:
        token = self.token
        if token.kind == "number":
            self.advance()
            return ast.Literal(_number(token.text))
        if token.kind == "string":
            self.advance()
            return ast.Literal(string_value(token.text))
        if token.kind == "name":
            return self._word()
        if token.kind == "op":
            return self._sign()
        raise self.error("an expression")

    def _sign(self) -> ast.Node:
        token = self.token
        with self.nested():
            if token.text == "-" and self.peek().kind == "number":
                self.advance()
                return ast.Literal(_number(f"-{self.advance().text}"))
            if token.text == "(":
                return self._fresh(self._parenthesis)
            if token.text in ("[", "]"):
                return self._fresh(self._bracket)
            if token.text == "{":
                return self._fresh(self._context)
            if token.text == "@" and self.peek().kind == "string":
                self.advance()
                return ast.AtLiteral(string_value(self.advance().text))
        raise self.error("an expression")

    def _parenthesis(self) -> ast.Node:
        self.advance()
        if self.at_op(*_COMPARISONS) and not self.at_op("!="):
            node = self._one_sided()
            self.expect_op(")")
            return node
        node = self.expression()
        if self.at_op(".."):
            return self._interval(node, closed=False)
        self.expect_op(")")
        return node

    def _one_sided(self) -> ast.Node:
        operator = self.advance().text
        end = self._additive()
        if operator == "=":
            return ast.Interval(end, end, low_closed=True, high_closed=True)
        closed = operator in ("<=", ">=")
        if operator[0] == "<":
            return ast.Interval(None, end, low_closed=False, high_closed=closed)
        return ast.Interval(end, None, low_closed=closed, high_closed=False)

    def _interval(self, low: ast.Node, *, closed: bool) -> ast.Node:
        self.expect_op("..")
        self._bracket_closes_range = True
        high = self._additive()
        self._bracket_closes_range = False
        if not self.at_op(")", "]", "["):
            raise self.error("']', ')' or '[' at the end of the range")
        return ast.Interval(low, high, low_closed=closed, high_closed=self.advance().text == "]")

    def _bracket(self) -> ast.Node:
        opening = self.advance().text
        if opening == "]":
            return self._interval(self._additive(), closed=False)
        if self.accept_op("]"):
            return ast.ListLiteral(())
        first = self.expression()
        if self.at_op(".."):
            return self._interval(first, closed=True)
        items = [first]
        while self.accept_op(","):
            items.append(self.expression())
        self.expect_op("]", "',' or ']'")
        return ast.ListLiteral(tuple(items))

    def _context(self) -> ast.Node:
        self.advance()
        entries: list[tuple[str, ast.Node]] = []
        with self.scope() as names:
            while not self.at_op("}"):
                key = string_value(self.advance().text) if self.token.kind == "string" else self.read_new_name()
                self.expect_op(":", "':' after the key")
                if self.at_word("function") and self.peek().text == "(":
                    names.add(key)  # a function may call itself
                value = self.expression()
                if any(key == known for known, _ in entries):
                    raise self.error(f"each key once, but {key!r} stands twice")
                entries.append((key, value))
                names.add(key)
                self.members.add(key)
                if not self.accept_op(","):
                    break
        self.expect_op("}", "',' or '}'")
        return ast.ContextLiteral(tuple(entries))

    # -- words ------------------------------------------------------------------------------------------------

    def _word(self) -> ast.Node:
        word = self.token.text
        if word in _CONSTANTS:
            self.advance()
            return ast.Literal(_CONSTANTS[word])
        if word == "if":
            return self._if()
        if word == "for":
            return self._for()
        if word in ("some", "every"):
            return self._quantified()
        if word == "function" and self.peek().text == "(":
            return self._function()
        if word in ("then", "else", "return", "in", "satisfies", "and", "or", "between"):
            raise self.error("an expression")
        return ast.Name(self.read_name())

    def _if(self) -> ast.Node:
        branches: list[tuple[ast.Node, ast.Node]] = []
        while self.accept_word("if"):
            condition = self._fresh(self.expression)
            self.expect_word("then")
            then = self._fresh(self.expression)
            self.expect_word("else")
            branches.append((condition, then))
            if len(branches) > _MAX_ELSE_IF:
                raise self.error("fewer 'else if'")
        node = self._fresh(self.expression)
        for condition, then in reversed(branches):
            node = ast.If(condition, then, node)
        return node

    def _domains(self, end_word: str) -> tuple[tuple[str, ast.Node], ...]:
        domains: list[tuple[str, ast.Node]] = []
        while True:
            name = self.read_new_name(stop_words=("in",))
            self.expect_word("in")
            domain = self._fresh(self.expression)
            if self.accept_op(".."):
                domain = ast.Steps(domain, self._fresh(self.expression))
            domains.append((name, domain))
            self.scopes[-1].add(name)
            if not self.accept_op(","):
                break
        self.expect_word(end_word)
        return tuple(domains)

    def _for(self) -> ast.Node:
        self.advance()
        with self.scope(["partial"]):
            domains = self._domains("return")
            return ast.For(domains, self._fresh(self.expression))

    def _quantified(self) -> ast.Node:
        kind = self.advance().text
        with self.scope():
            domains = self._domains("satisfies")
            return ast.Quantified(kind, domains, self._fresh(self.expression))

    def _function(self) -> ast.Node:
        self.index += 2
        parameters: list[tuple[str, ast.TypeRef | None]] = []
        while not self.at_op(")"):
            name = self.read_new_name(stop_ops=(":", ",", ")"))
            parameters.append((name, parse_type(self) if self.accept_op(":") else None))
            if not self.accept_op(","):
                break
        self.expect_op(")", "',' or ')'")
        if self.at_word("external"):
            raise self.error("a FEEL body; external functions are not run")
        with self.scope(name for name, _ in parameters):
            return ast.FunctionLiteral(tuple(parameters), self._fresh(self.expression))
