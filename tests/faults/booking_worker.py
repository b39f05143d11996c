"""Books a resource: ``python -m tests.faults.booking_worker REQUEST RESOURCE QUANTITY COMMAND_ID``."""

from __future__ import annotations

import sys

from tests.support.resourcing import LEADER
from workflow_engine.bootstrap import open_engine
from workflow_engine.domain.resource_commands import AssignResource
from workflow_engine.settings import Settings


def main() -> int:
    """Settings and failpoints come from the environment, as in production."""
    request_id, resource_id, quantity, command_id = sys.argv[1:]
    engine = open_engine(Settings.load())
    command = AssignResource(
        command_id=command_id, request_id=request_id, line_no=1, resource_id=resource_id, quantity=int(quantity)
    )
    engine.handle(command, LEADER)
    engine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
