"""FEEL, the expression language of DMN 1.5: read once, compiled to closures, run within bounds.

    compiled = compile_expression('amount > 1000 and status = "open"')
    compiled.evaluate({"amount": 1500, "status": "open"})   # True

Nothing in an expression reaches Python; steps, depth, sizes and patterns are bounded; the clock comes from the
``EvaluationContext``. Besides the errors module of the domain, this room stands on its own.
"""

from __future__ import annotations

from workflow_engine.feel import ast
from workflow_engine.feel.compiled import (
    Compiled,
    CompiledUnaryTests,
    compile_expression,
    compile_unary_tests,
)
from workflow_engine.feel.errors import FeelLimitError, FeelSyntaxError, UnknownNameError
from workflow_engine.feel.lexer import quote
from workflow_engine.feel.runtime import EvaluationContext
from workflow_engine.feel.values import FunctionValue, Range, adopt, to_json, to_text

__all__ = [
    "Compiled",
    "CompiledUnaryTests",
    "EvaluationContext",
    "FeelLimitError",
    "FeelSyntaxError",
    "FunctionValue",
    "Range",
    "UnknownNameError",
    "adopt",
    "ast",
    "compile_expression",
    "compile_unary_tests",
    "quote",
    "to_json",
    "to_text",
]
