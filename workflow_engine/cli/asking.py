"""What commands share on their way in: options, the engine, on whose behalf, and values from files and words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from workflow_engine import (
    OPERATOR,
    Actor,
    Engine,
    InvalidVariablesError,
    NotFoundError,
    PersonRow,
    Settings,
    open_engine,
)
from workflow_engine.cli.output import Output
from workflow_engine.domain.variables import parse_json

F = TypeVar("F", bound=Callable[..., Any])

_LARGEST_DATA_BYTES = 8_000_000


def with_output(function: F) -> F:
    """Adds ``--json``; the command gets an ``Output`` as its first argument."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
    @wraps(function)
    def command(*words: Any, as_json: bool, **options: Any) -> Any:
        return function(Output(as_json), *words, **options)

    return command  # type: ignore[return-value]


def with_person(function: F) -> F:
    """Adds ``--as``; the command gets ``person``."""
    text = "On whose behalf: a person's id or sign-in name. Default: the operator of this machine."
    return click.option("--as", "person", metavar="PERSON", help=text)(function)


def with_values(function: F) -> F:
    """Adds ``--data`` and ``--set``; the command gets ``values``, both together."""
    from_file = click.option(
        "--data", metavar="FILE", help="JSON object with the values, from a file or - for standard input."
    )
    from_words = click.option(
        "--set", "words", metavar="NAME=VALUE", multiple=True,
        help="One value; read as JSON where it is JSON, else as text. May be repeated; wins over --data.",
    )  # fmt: skip

    @from_file
    @from_words
    @wraps(function)
    def command(*rest: Any, data: str | None, words: tuple[str, ...], **options: Any) -> Any:
        return function(*rest, values=read_values(data, words), **options)

    return command  # type: ignore[return-value]


def read_values(data: str | None, words: tuple[str, ...] = ()) -> dict[str, Any]:
    """The object in the file, with the words' values put over it.

    Raises:
        click.UsageError: the file holds no JSON object, or a word has no name.
    """
    values: dict[str, Any] = {}
    if data is not None:
        try:
            found = parse_json(read_bytes(data, _LARGEST_DATA_BYTES))
        except InvalidVariablesError as error:
            raise click.UsageError(f"Expected JSON in {data}, but: {'; '.join(error.problems.values())}") from error
        if not isinstance(found, dict):
            raise click.UsageError(f"Expected a JSON object in {data}, but it holds another kind of value.")
        values.update(found)
    for word in words:
        name, separator, text = word.partition("=")
        if not separator or not name:
            raise click.UsageError(f"Expected NAME=VALUE after --set, but got {word!r}.")
        values[name] = _value(text)
    return values


def _value(text: str) -> Any:
    try:
        return parse_json(text)
    except InvalidVariablesError:
        if text.startswith(("{", "[")):
            raise
        return text


def read_bytes(name: str, most: int) -> bytes:
    """The content of a file, or of standard input for ``-``. Raises click.UsageError."""
    try:
        with click.open_file(name, "rb") as file:
            content: bytes = file.read(most + 1)
    except OSError as error:
        raise click.UsageError(f"Expected to read {name}, but: {error.strerror or error}.") from error
    if len(content) > most:
        raise click.UsageError(f"Expected at most {most:,} bytes in {name}, but it holds more.")
    return content


@contextmanager
def opened(*, migrate: bool = False, **overrides: Any) -> Iterator[Engine]:
    """The engine of the settings' database, closed in the end."""
    engine = open_engine(Settings.load(**overrides), migrate=migrate)
    try:
        yield engine
    finally:
        engine.close()


def actor_for(engine: Engine, person: str | None) -> Actor:
    """The person with the groups they hold now; the operator when none is named.

    Raises:
        NotFoundError: there is no such person.
    """
    if person is None:
        return OPERATOR
    found = require_person(engine, person)
    return engine.queries.organisation.find_actor(found.person_id) or Actor(found.person_id)


def require_person(engine: Engine, person: str) -> PersonRow:
    """The person with this id or sign-in name. Raises NotFoundError."""
    found = engine.queries.find_person(person) or next(
        (one for one in engine.queries.list_people() if one.sign_in_name == person), None
    )
    if found is None:
        raise NotFoundError(f"Expected a person {person!r}, but there is none with this id or sign-in name.")
    return found


def existing(path: str) -> Path:
    """The path, which must exist. Raises click.UsageError."""
    found = Path(path)
    if not found.exists():
        raise click.UsageError(f"Expected a file or folder {path}, but there is none.")
    return found
