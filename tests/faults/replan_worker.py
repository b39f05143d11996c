"""Works off calls to re-plan until none is left, and what began since: ``python -m tests.faults.replan_worker``."""

from __future__ import annotations

import os
import sys

from workflow_engine.bootstrap import open_engine
from workflow_engine.settings import Settings
from workflow_engine.workers.replanning import Follower, Replanner
from workflow_engine.workers.sequencer import Sequencer


def main() -> int:
    """Settings and failpoints come from the environment, as in production."""
    engine = open_engine(Settings.load())
    replanner = Replanner(engine, worker_id=f"replans:{os.getpid()}", slice_size=4, page_size=5)
    while replanner.run_once():
        pass
    sequencer, follower = Sequencer(engine), Follower(engine, slice_size=3, page_size=3)
    while sequencer.run_once() + follower.run_once():
        pass
    engine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
