"""One view for all questions, one for all commands; what each is about stands in the table of operations."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
from flask import Response, request

from web.api.bodies import MOST_BYTES, InvalidBodyError, read_body
from web.api.callers import require_person
from web.api.forms import require_form
from web.api.keys import REPLAYED_HEADER, find_key, person_command_id
from web.api.operations import Ask, Tell
from web.api.shapes import REQUIRED
from web.context import engine
from web.permissions import require_verb
from workflow_engine import CompleteUserTask, NotFoundError, Receipt

MEDIA_TYPE = "application/json"
LARGEST_PAGE = 500
LARGEST_NUMBER = 2**31 - 1
_LONGEST_PARAMETER = 4_000


def answer(ask: Ask, **path: str) -> Response:
    """Put the question and give back what it finds."""
    actor = require_person(ask.scope)
    if ask.verb:
        require_verb(ask.verb, actor)
    values: dict[str, Any] = {**_path_values(ask, path), **_query(ask)}
    ours = {"actor": actor, "now": engine().clock.now()}
    found = ask.bound(engine())(**ask.arguments(values, ours))
    return _json({"items": found} if isinstance(found, list | tuple) else found)


def carry_out(tell: Tell, **path: str) -> Response:
    """Send the command and give back its receipt."""
    actor = require_person(tell.scope)
    body = read_body(tell.schema, tell.most_bytes or MOST_BYTES)
    key = find_key({})
    command_id = person_command_id(actor.actor_id, tell.name, key)
    values = _converted(tell, body)
    made = {name: sha256(f"{name}:{command_id}".encode()).hexdigest()[:32] for name in tell.made}
    command = tell.command(command_id=command_id, **made, **_path_values(tell, path), **values)
    if isinstance(command, CompleteUserTask):
        command = require_form(command, actor)
    receipt = engine().handle(command, actor)
    answer = _json(receipt)
    if receipt.replayed:
        answer.headers[REPLAYED_HEADER] = "true"
    return answer


def _converted(tell: Tell, body: dict[str, Any]) -> dict[str, Any]:
    """The body in the types of the command's fields. Raises InvalidBodyError for what a schema cannot say."""
    try:
        return msgspec.structs.asdict(msgspec.convert(body, tell.body))
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        field = place.strip("`").removeprefix("$.").removesuffix("[...]") or "body"
        raise InvalidBodyError("Expected a body as /api/v1/openapi.json describes it.", {field: f"{what}."}) from error


def _path_values(operation: Ask | Tell, path: dict[str, str]) -> dict[str, Any]:
    """The parameters of the path in their types. Raises NotFoundError for what cannot be one."""
    hints = operation.command_hints if isinstance(operation, Tell) else {}
    try:
        return {name: msgspec.convert(text, hints.get(name, str), strict=False) for name, text in path.items()}
    except msgspec.ValidationError as error:
        raise NotFoundError("Expected an address that leads somewhere; there is nothing here.") from error


def _query(ask: Ask) -> dict[str, Any]:
    """What stands behind the question mark, in its types. Raises InvalidBodyError that names every fault."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, texts in request.args.lists():
        if name not in ask.parameters:
            problems[name[:80]] = "Expected only parameters that are described; this one is unknown."
        elif len(texts) > 1 or len(texts[0]) > _LONGEST_PARAMETER or "\0" in texts[0]:
            problems[name] = "Expected this parameter once, as text without NUL."
        else:
            try:
                values[name] = msgspec.convert(texts[0], ask.parameters[name][0], strict=False)
            except msgspec.ValidationError:
                problems[name] = "Expected a whole number." if name == "limit" else "Expected another kind of value."
            else:
                if type(values[name]) is int and abs(values[name]) > LARGEST_NUMBER:
                    problems[name] = f"Expected a number up to {LARGEST_NUMBER}."
    if not 1 <= values.get("limit", 1) <= LARGEST_PAGE:
        problems["limit"] = f"Expected 1 to {LARGEST_PAGE}."
    missing = [name for name, (_, default) in ask.parameters.items() if default is REQUIRED and name not in values]
    problems |= dict.fromkeys(missing, "Expected this parameter.")
    if problems:
        raise InvalidBodyError("Expected parameters as /api/v1/openapi.json describes them.", problems)
    return values


def _json(value: Receipt | Any) -> Response:
    return Response(msgspec.json.encode(value), mimetype=MEDIA_TYPE)
