"""The part of the public door that is about places and the map."""

from __future__ import annotations

from workflow_engine.domain.place_commands import ImportPlaces
from workflow_engine.domain.places import DRAWN as DRAWN_SHAPES
from workflow_engine.domain.places import LEVELS as PLACE_LEVELS
from workflow_engine.queries.places import PlaceRow

__all__ = ["DRAWN_SHAPES", "PLACE_LEVELS", "ImportPlaces", "PlaceRow"]
