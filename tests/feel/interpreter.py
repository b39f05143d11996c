"""FEEL by walking the tree, one plain case per form: slow, obvious, and written apart from the compiler.

It shares with the product only what values are, how two of them compare, and what each built-in function gives.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from workflow_engine.feel import EvaluationContext, ast
from workflow_engine.feel.builtins import REGISTRY, Builtin
from workflow_engine.feel.operators import add, compare, divide, equal, in_range, multiply, negate, subtract
from workflow_engine.feel.properties import get_property
from workflow_engine.feel.runtime import State
from workflow_engine.feel.temporal import Date
from workflow_engine.feel.temporal_text import parse_temporal
from workflow_engine.feel.typecheck import fit, is_instance
from workflow_engine.feel.values import FunctionValue, Range, adopt

DECIMAL128 = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow]
)


def interpret(tree: ast.Node, variables: dict[str, Any], context: EvaluationContext) -> Any:
    """Return the FEEL value of a tree."""
    return Interpreter(State(variables, context, False)).value(tree, None)


class Scope:
    """Local names; a filter's scope also answers by the keys of its item."""

    def __init__(self, parent: Scope | None, values: dict[str, Any], is_filter: bool = False) -> None:
        self.parent = parent
        self.values = values
        self.is_filter = is_filter

    def find(self, name: str) -> Any:
        """The value of a name, or KeyError."""
        scope: Scope | None = self
        while scope is not None:
            item = scope.values.get("item")
            if scope.is_filter and isinstance(item, dict) and name in item:
                return item[name]
            if name in scope.values:
                return scope.values[name]
            scope = scope.parent
        raise KeyError(name)


class Closure(FunctionValue):
    """A function literal with the scope it was written in."""

    def __init__(self, interpreter: Interpreter, node: ast.FunctionLiteral, scope: Scope | None) -> None:
        super().__init__("", tuple(name for name, _ in node.parameters))
        self.interpreter, self.node, self.scope = interpreter, node, scope
        self.types = tuple(kind for _, kind in node.parameters)

    def call(self, state: Any, arguments: list[Any]) -> Any:
        if len(arguments) != len(self.parameters):
            return None
        values = {}
        for (name, kind), argument in zip(self.node.parameters, arguments, strict=True):
            fits, values[name] = fit(argument, kind)
            if not fits:
                return None
        state.charge(1)
        state.depth -= 1
        if state.depth < 0:
            raise RecursionError
        try:
            return self.interpreter.value(self.node.body, Scope(self.scope, values))
        finally:
            state.depth += 1


class Interpreter:
    """One method for each kind of node."""

    def __init__(self, state: State) -> None:
        self.state = state

    def value(self, node: ast.Node, scope: Scope | None) -> Any:
        self.state.charge(1)
        return getattr(self, f"on_{type(node).__name__}")(node, scope)

    def on_Literal(self, node, scope):
        if not isinstance(node.value, Decimal):
            return node.value
        try:
            return DECIMAL128.plus(node.value) if node.value.is_finite() else None
        except ArithmeticError:
            return None

    def on_AtLiteral(self, node, scope):
        return parse_temporal(node.text)

    def on_Name(self, node, scope):
        try:
            if scope is not None:
                return scope.find(node.name)
        except KeyError:
            pass
        if node.name in self.state.variables:
            return adopt(self.state.variables[node.name])
        return REGISTRY.get(node.name)

    def on_Path(self, node, scope):
        return get_property(adopt(self.value(node.source, scope)), node.key)

    def on_Chain(self, node, scope):
        result = self.value(node.first, scope)
        for operator, operand in node.rest:
            result = self.arithmetic(operator, result, self.value(operand, scope))
        return result

    def arithmetic(self, operator, left, right):
        try:
            if isinstance(left, str) and isinstance(right, str) and operator == "+":
                self.state.grow(len(left) + len(right))
                return left + right
            if isinstance(left, Decimal) and isinstance(right, Decimal):
                if operator == "**":
                    if left == 0 and right <= 0:
                        return None if right else Decimal(1)
                    return DECIMAL128.power(left, right)
                if operator == "/":
                    return DECIMAL128.divide(left, right) if right else None
                name = {"+": "add", "-": "subtract", "*": "multiply"}[operator]
                return getattr(DECIMAL128, name)(left, right)
            others = {"+": add, "-": subtract, "*": multiply, "/": divide}
            return others[operator](left, right) if operator in others else None
        except ArithmeticError:
            return None

    def on_Negate(self, node, scope):
        return negate(self.value(node.operand, scope))

    def on_Compare(self, node, scope):
        return self.compare(node.operator, self.value(node.left, scope), self.value(node.right, scope))

    def compare(self, operator, left, right):
        if operator in ("=", "!="):
            same = equal(left, right, self.state)
            return None if same is None else same is (operator == "=")
        order = compare(left, right)
        if order is None:
            return None
        return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator]

    def on_Logic(self, node, scope):
        decisive = node.operator == "or"
        unknown = False
        for operand in node.operands:
            value = self.value(operand, scope)
            if value is decisive:
                return decisive
            unknown = unknown or not isinstance(value, bool)
        return None if unknown else not decisive

    def on_Between(self, node, scope):
        value, low, high = (self.value(part, scope) for part in (node.value, node.low, node.high))
        above, below = self.compare(">=", value, low), self.compare("<=", value, high)
        if above is False or below is False:
            return False
        return None if above is None or below is None else True

    def on_Interval(self, node, scope):
        low = None if node.low is None else self.value(node.low, scope)
        high = None if node.high is None else self.value(node.high, scope)
        if (node.low and low is None) or (node.high and high is None):
            return None
        if node.low and node.high and compare(low, high) is None:
            return None
        return Range(low, high, node.low_closed, node.high_closed)

    def on_In(self, node, scope):
        value = self.value(node.value, scope)
        results = []
        for test in node.tests:
            results.append(self.test(test, value, scope))
            if results[-1] is True:
                return True
        return None if None in results else False

    def test(self, node, value, scope):
        if isinstance(node, ast.Operator):
            other = self.value(node.operand, scope)
            if isinstance(other, Range | list) and type(other) is not type(value) and node.operator in ("=", "!="):
                inside = self.belongs(value, other)
                return inside if node.operator == "=" or inside is None else not inside
            return self.compare(node.operator, value, other)
        other = self.value(node, scope)
        if isinstance(node, ast.Interval):
            return None if other is None else in_range(value, other)
        if isinstance(node, ast.Literal):
            if type(value) is type(other):
                return value == other
            return isinstance(value, list) and len(value) == 1 and equal(value[0], other) is True
        return self.belongs(value, other)

    def belongs(self, value, other):
        if isinstance(other, Range):
            return in_range(value, other)
        if isinstance(other, list):
            if isinstance(value, list) and equal(value, other) is True:
                return True
            found = (in_range(value, one) if isinstance(one, Range) else equal(value, one) for one in other)
            return any(one is True for one in found)
        return None if other is None and value is not None else equal(value, other)

    def on_ListLiteral(self, node, scope):
        return [self.value(item, scope) for item in node.items]

    def on_ContextLiteral(self, node, scope):
        inner = Scope(scope, {})
        for key, value in node.entries:
            inner.values[key] = self.value(value, inner)
        return inner.values

    def on_If(self, node, scope):
        return self.value(node.then if self.value(node.condition, scope) is True else node.otherwise, scope)

    def on_Steps(self, node, scope):
        low, high = self.value(node.low, scope), self.value(node.high, scope)
        if isinstance(low, Date) and isinstance(high, Date):
            step = 1 if low.days <= high.days else -1
            return (Date(day) for day in range(low.days, high.days + step, step))
        if not isinstance(low, Decimal) or not isinstance(high, Decimal):
            return None
        if low != int(low) or high != int(high) or abs(low) >= 10**18 or abs(high) >= 10**18:
            return None
        step = 1 if low <= high else -1
        return (Decimal(number) for number in range(int(low), int(high) + step, step))

    def items(self, domain, scope):
        value = self.value(domain, scope)
        if isinstance(value, Range):
            if value.low is None or value.high is None or compare(value.low, value.high) == 1:
                return None
            steps = self.on_Steps(ast.Steps(_Fixed(value.low), _Fixed(value.high)), scope)
            return None if steps is None else (one for one in steps if in_range(one, value))
        if value is None or isinstance(domain, ast.Steps):
            return value
        return value if isinstance(value, list) else [value]

    def on__Fixed(self, node, scope):
        return node.value

    def rounds(self, domains, scope, values):
        if not domains:
            yield values
            return
        (name, domain), *rest = domains
        items = self.items(domain, Scope(scope, values))
        if items is None:
            yield None
            return
        for item in items:
            self.state.charge(1)
            yield from self.rounds(rest, scope, {**values, name: item})

    def on_For(self, node, scope):
        results: list[Any] = []
        for values in self.rounds(node.domains, scope, {}):
            if values is None:
                return None
            results.append(self.value(node.body, Scope(scope, {**values, "partial": list(results)})))
        return results

    def on_Quantified(self, node, scope):
        decisive = node.kind == "some"
        unknown = False
        for values in self.rounds(node.domains, scope, {}):
            if values is None:
                return None
            value = self.value(node.condition, Scope(scope, values))
            if value is decisive:
                return decisive
            unknown = unknown or not isinstance(value, bool)
        return None if unknown else not decisive

    def on_Filter(self, node, scope):
        source = self.value(node.source, scope)
        if source is None:
            return None
        items = source if isinstance(source, list) else [source]
        kept = []
        for item in items or [None]:
            value = self.value(node.condition, Scope(scope, {"item": item}, is_filter=True))
            if isinstance(value, Decimal) and item is (items or [None])[0] and not kept:
                return self.pick(items, value)
            if value is True and items:
                kept.append(item)
        return kept

    def pick(self, items, position):
        if position != position.to_integral_value() or not 0 < abs(position) <= len(items):
            return None
        return items[int(position) - 1 if position > 0 else int(position)]

    def on_FunctionLiteral(self, node, scope):
        return Closure(self, node, scope)

    def on_InstanceOf(self, node, scope):
        return is_instance(self.value(node.value, scope), node.type)

    def on_Call(self, node, scope):
        function = self.value(node.function, scope)
        arguments = [self.value(argument, scope) for argument in node.arguments]
        if not isinstance(function, FunctionValue):
            return None
        if node.names is not None:
            if isinstance(function, Builtin):
                places = function.order_names(node.names)
            else:
                known = set(node.names) == set(function.parameters)
                places = [node.names.index(name) for name in function.parameters] if known else None
            if places is None:
                return None
            arguments = [None if place is None else arguments[place] for place in places]
        return function.call(self.state, arguments)


class _Fixed(ast.Node):
    def __init__(self, value: Any) -> None:
        self.value = value
