"""Parameters of processes on the city profile: a legal bound is passed only with a reason that is published."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidVariablesError
from workflow_engine.domain.organisation_commands import SetParameters
from workflow_engine.domain.process_parameters import Parameter
from workflow_engine.domain.profile import Profile
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.setting_changes import made, newest
from workflow_engine.storage.process_parameters import declared_parameters
from workflow_engine.storage.setting_versions import PROFILE

LONGEST_REASON = 2_000


def set_parameters(work: Handling, command: SetParameters) -> Receipt:
    """Set those that are named; the others stay."""
    found = newest(work, PROFILE, command.base_version, command.reason)
    before = Profile.read(found.content)
    declared = declared_parameters(work.unit)
    parameters, problems = dict(before.parameters), dict[str, str]()
    for name, value in command.values.items():
        if value is None:
            parameters.pop(name, None)
        elif name not in declared:
            problems[name] = "no such parameter"
        else:
            try:
                parameters[name] = _entry(declared[name].parameter, value, command.published.get(name, ""))
            except ValueError as error:
                problems[name] = str(error)
    if problems:
        raise InvalidVariablesError("Expected parameters that can be so.", problems)
    after = replace(before, parameters=dict(sorted(parameters.items())))
    return made(work, PROFILE, found, before.content(), after.content(), command.reason)


def _entry(parameter: Parameter, value: Any, published: str) -> dict[str, Any]:
    """What is kept of one value. Raises ValueError."""
    read, published = parameter.read(value), published.strip()
    if not parameter.is_beyond(read):
        return {"value": read}
    if not published or len(published) > LONGEST_REASON:
        raise ValueError("beyond the legal bound: a reason to publish is needed")
    bounds = {"floor": parameter.floor, "ceiling": parameter.ceiling}
    return {"value": read, "published": published, **{key: bound for key, bound in bounds.items() if bound is not None}}
