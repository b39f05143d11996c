"""Resources in a show: the coordinator assigns what fits and is free, units move out and come home."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.resource_commands import AssignResource, MoveBooking, ResourceRequestCommand
from workflow_engine.engine import Engine
from workflow_engine.queries.resource_rows import ResourceRequestDetail

COORDINATOR = "role:resource_coordinator"
_NEXT = {"assigned": "mobilised", "mobilised": "in_action"}
HOME = "stood_down"


@dataclass(frozen=True, slots=True)
class Supply:
    """What the coordinator does for one case; nothing where a show's city keeps no register."""

    engine: Engine
    case_id: str
    coordinator: Actor
    pause: Callable[[], bool]
    """Between two acts; True: stopped."""

    def assign(self) -> None:
        """For every line that lacks something the best that is free; what there is too little of stays missing."""
        for found in self._requests():
            for line_no, candidates in found.candidates.items():
                missing = next((line.missing for line in found.row.lines if line.line_no == line_no), 0)
                for one in candidates:
                    if missing <= 0 or self.pause():
                        break
                    quantity = min(missing, one.quantity)
                    command = AssignResource(
                        command_id=new_id(), request_id=found.row.request_id, line_no=line_no,
                        resource_id=one.stock.resource_id, quantity=quantity,
                    )  # fmt: skip
                    missing -= quantity if self._do(command) else 0

    def move(self) -> None:
        """Every booking one step on: out, and in action."""
        self._move(_NEXT)

    def bring_home(self) -> None:
        """Every booking ends."""
        self._move(dict.fromkeys(("assigned", "standby", "mobilised", "in_action", "demobilising"), HOME))

    def _move(self, to: Mapping[str, str]) -> None:
        for found in self._requests():
            for booking in found.bookings:
                wanted = to.get(booking.state)
                if wanted is not None and not booking.is_over and not self.pause():
                    self._do(
                        MoveBooking(
                            command_id=new_id(), request_id=found.row.request_id, booking_id=booking.booking_id,
                            state=wanted,
                        )
                    )  # fmt: skip

    def _requests(self) -> Iterator[ResourceRequestDetail]:
        questions = self.engine.queries.resources
        for row in questions.requests_of_case(self.case_id, self.coordinator):
            yield questions.get_request(row.request_id, self.coordinator)

    def _do(self, command: ResourceRequestCommand) -> bool:
        """False where somebody beside the show was quicker."""
        try:
            self.engine.handle(command, self.coordinator)
        except RejectedError:
            return False
        return True
