"""Works off batches until none is left: ``python -m tests.faults.batch_worker``; the environment says what kills it."""

from __future__ import annotations

import os
import sys

from workflow_engine.bootstrap import open_engine
from workflow_engine.settings import Settings
from workflow_engine.workers.batches import BatchRunner


def main() -> int:
    """Settings and failpoints come from the environment, as in production."""
    engine = open_engine(Settings.load())
    runner = BatchRunner(engine, worker_id=f"batches:{os.getpid()}", slice_size=4)
    while runner.run_once():
        pass
    engine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
