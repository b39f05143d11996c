"""Questions to the city profile: what a city sets for its processes, else what the model says itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow_engine.domain.outside import Answer
from workflow_engine.domain.profile import Profile
from workflow_engine.outside.ground import Ground, OutsideFunction
from workflow_engine.storage import setting_versions
from workflow_engine.storage.setting_versions import PROFILE


def _city_parameter(ground: Ground, name: str, default: Any) -> Answer:
    found = setting_versions.newest(ground.unit, PROFILE)
    told = Profile.read(found.content).parameters.get(name)
    return Answer(default if told is None else told["value"], {"profile": found.version})


PARAMETER_FUNCTIONS: Mapping[str, OutsideFunction] = {"city parameter": _city_parameter}
