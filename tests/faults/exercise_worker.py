"""Lets exercises go on until nothing of them is due: ``python -m tests.faults.exercise_worker``."""

from __future__ import annotations

from workflow_engine.bootstrap import open_engine
from workflow_engine.settings import Settings
from workflow_engine.workers.exercises import ExerciseRunner


def main() -> int:
    """Settings and failpoints come from the environment, as in production."""
    engine = open_engine(Settings.load())
    runner = ExerciseRunner(engine)
    while runner.run_once() + engine.pump():
        pass
    engine.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
