"""What can go wrong with an expression.

FEEL itself knows no exceptions: a wrong operand gives null (DMN 1.5, 10.3.2.13). These errors are for text
that is not FEEL at all, for an expression that would use too much, and for a name nobody defined.
"""

from __future__ import annotations

from workflow_engine.domain.errors import ExpressionError


class FeelSyntaxError(ExpressionError, ValueError):
    """The text is not FEEL; says where it stopped making sense and what was expected there."""

    code = "expression_syntax"

    def __init__(self, message: str, *, source: str, line: int, column: int, expected: str) -> None:
        super().__init__(
            f"{message} (line {line}, column {column}); expected {expected}",
            source=source,
            line=line,
            column=column,
            expected=expected,
        )
        self.source = source
        self.line = line
        self.column = column
        self.expected = expected


class WrongCallError(ExpressionError):
    """A call as it is written cannot be right: too many arguments, or one of another kind."""

    code = "expression_wrong_call"


class FeelLimitError(ExpressionError):
    """The expression used up its steps, its depth or its memory."""

    code = "expression_limit"


class UnknownNameError(ExpressionError):
    """Strict evaluation met a top-level variable that does not exist."""

    code = "expression_unknown_name"

    def __init__(self, name: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(f"Expected a variable {name!r}, but there is none of that name", name=name, known=known)
        self.name = name


def syntax_error(source: str, offset: int, message: str, expected: str) -> FeelSyntaxError:
    """Build the error for a character offset; lines and columns count from 1."""
    head = source[:offset]
    line = head.count("\n") + 1
    column = offset - (head.rfind("\n") + 1) + 1
    return FeelSyntaxError(message, source=source, line=line, column=column, expected=expected)
