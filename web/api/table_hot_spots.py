"""Hot spots for programs."""

from __future__ import annotations

from web.api.operations import Ask, Tell
from workflow_engine import DismissHotSpot, RaiseTopic

_SPOT = "/hot-spots/{hot_spot_id}"

HOT_SPOTS: tuple[Ask | Tell, ...] = (
    Ask("list_hot_spots", "/hot-spots", "cases:read", "hot_spots.current"),
    Ask("list_past_hot_spots", "/hot-spots/past", "cases:read", "hot_spots.past"),
    Ask("get_hot_spot", _SPOT, "cases:read", "hot_spots.get"),
    Tell("raise_topic", f"{_SPOT}/topic", "cases:write", RaiseTopic, ("case_id",)),
    Tell("dismiss_hot_spot", f"{_SPOT}/dismiss", "cases:write", DismissHotSpot),
)
NOT_OFFERED = {"hot_spots.count": "a worker of the product does it"}
