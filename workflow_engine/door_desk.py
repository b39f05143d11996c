"""The part of the public door that is about duplicates, categories of a text, and hot spots."""

from __future__ import annotations

from workflow_engine.domain.hot_spot_commands import CountHotSpots, DismissHotSpot, RaiseTopic
from workflow_engine.domain.service_requests import KINDS as KINDS_OF_REQUESTS
from workflow_engine.domain.service_requests import read_tracking_number
from workflow_engine.likeness import Likeness
from workflow_engine.likeness.suggesting import Suggestion, suggest_categories
from workflow_engine.queries.hot_spots import HotSpotRow, HotSpotStory, SpotReport
from workflow_engine.queries.similar import Draft, SimilarRequest

__all__ = [
    "KINDS_OF_REQUESTS",
    "CountHotSpots",
    "DismissHotSpot",
    "Draft",
    "HotSpotRow",
    "HotSpotStory",
    "Likeness",
    "RaiseTopic",
    "SimilarRequest",
    "SpotReport",
    "Suggestion",
    "read_tracking_number",
    "suggest_categories",
]
