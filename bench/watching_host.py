"""The duty room served: a running emergency, many people of the duty room, and something that happens every second.

    python -m bench.watching_host FOLDER PORT PEOPLE [one-line]

Prints the instant of each commit once ``go`` stands in the folder.
"""

from __future__ import annotations

import dataclasses
import logging
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from waitress.server import create_server  # type: ignore[import-untyped]

from web.app import create_app
from web.busy import dispatcher_of
from web.held import hold_streams
from workflow_engine import (
    OPERATOR,
    ClaimUserTask,
    Engine,
    LoadOrganisation,
    ReleaseUserTask,
    Settings,
    StartCase,
    VirtualClock,
    new_command_id,
    open_engine,
)
from workflow_engine.demo.load import load_organisation, release_process
from workflow_engine.rehearsal.runner import run_scenario
from workflow_engine.rehearsal.scenario import read_scenario

PROCESS = Path(__file__).resolve().parents[1] / "processes" / "emergency_response"
THREADS = 48
APART_SECONDS = 1.0
ROOMS = 5


def main(folder: Path, port: int, people: int, *, lanes: bool) -> None:
    """Prepare, serve, and let things happen; without ``lanes`` requests wait in one line, as waitress has it."""
    logging.getLogger("workflow_engine").setLevel(logging.ERROR)
    settings = Settings(
        database_url=f"sqlite:///{folder / 'city.db'}", demo=True, session_file=folder / "sessions.db",
        secret_key_file=folder / "secret.key",
    )  # fmt: skip
    engine = open_engine(settings, clock=VirtualClock(datetime(2026, 7, 2, tzinfo=UTC)), migrate=True)
    load_organisation(engine)
    engine.handle(LoadOrganisation(command_id=new_command_id(), people=[_viewer(n) for n in range(people)]), OPERATOR)
    release_process(engine, PROCESS)
    engine.close()
    scenario = read_scenario(PROCESS / "scenarios" / "raised_by_update.json")
    raised = next(n for n, step in enumerate(scenario.steps) if step.kind == "alert")
    scenario = dataclasses.replace(scenario, steps=scenario.steps[: raised + 1])
    run_scenario(lambda clock: open_engine(settings, clock=clock), scenario)
    engine = open_engine(settings)
    app = create_app(engine, settings)
    server = create_server(
        app, host="127.0.0.1", port=port, threads=THREADS, connection_limit=4000, channel_request_lookahead=1,
        asyncore_use_poll=True, _dispatcher=dispatcher_of(app, THREADS) if lanes else None,
    )  # fmt: skip
    threading.Thread(target=_happen, args=(engine, folder), daemon=True).start()
    hold_streams(server).run()


def _viewer(number: int) -> dict[str, object]:
    return {
        "person_id": f"user:v{number}", "sign_in_name": f"v{number}", "display_name_zh": f"值班员{number}",
        "display_name_en": f"Officer {number}", "password_hash": "", "unit_id": "duty_room",
        "groups": ["role:duty_room"],
    }  # fmt: skip


def _happen(engine: Engine, folder: Path) -> None:
    """Somebody takes a task and gives it back: in the large emergency first, then wherever there is one."""
    (view,) = engine.queries.emergencies.list(OPERATOR)
    tasks = [(view.case.case_id, next(line.user_task_id for line in view.duties if line.unit == "fire") or "")]
    for number in range(ROOMS - 1):
        case_id = new_command_id()
        begin = StartCase(
            command_id=new_command_id(), case_id=case_id, process_id="emergency_response", title=f"Fire {number}"
        )
        engine.handle(begin, OPERATOR)
        (task,) = engine.queries.get_case(case_id, OPERATOR).user_tasks
        tasks.append((case_id, task.user_task_id))
    (folder / "cases").write_text(" ".join(case_id for case_id, _task in tasks), encoding="utf-8")
    people = [engine.queries.organisation.find_actor(name) for name in ("user:ma_xiao", *["user:lin_yue"] * ROOMS)]
    while not (folder / "go").exists():
        time.sleep(0.1)
    turn = 0
    while True:
        at = turn // 2 % (ROOMS if (folder / "rooms").exists() else 1)
        (case_id, task_id), actor = tasks[at], people[at]
        assert actor is not None
        command = (
            ReleaseUserTask(command_id=new_command_id(), user_task_id=task_id, reason="relieved")
            if turn % 2
            else ClaimUserTask(command_id=new_command_id(), user_task_id=task_id)
        )
        engine.handle(command, actor)
        print(time.time(), case_id, flush=True)
        turn += 1
        time.sleep(APART_SECONDS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), lanes="one-line" not in sys.argv)
