"""``serve`` and ``worker``: the program as a server."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import Any, NoReturn

import click

from workflow_engine import Actor, Engine, Settings, open_engine
from workflow_engine.cli.asking import with_output
from workflow_engine.cli.logs import set_up_logging
from workflow_engine.cli.output import Output, table
from workflow_engine.cli.worker_tokens import token
from workflow_engine.demo import DEMO_PASSWORD, load_demo
from workflow_engine.domain.permissions import DUTY_ROOM
from workflow_engine.log_keys import make_log_key
from workflow_engine.workers.connectors_config import build_registry
from workflow_engine.workers.run import Ending, Workers

DEMO_LOG = "demo.example/log"
FEWEST_THREADS = 48
_LARGEST_BODY_BYTES = 16 * 1024 * 1024
_MOST_CONNECTIONS = 4000
_MOST_SHOWN = 9


@click.command()
@click.option("--demo", is_flag=True, default=None, help="Load demo people and processes; never on a real system.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes any free one.")
@click.option("--no-clock", is_flag=True, help="Only serve pages: fire no timers and run no jobs in this process.")
@with_output
def serve(output: Output, demo: bool | None, host: str | None, port: int | None, no_clock: bool) -> None:
    """Serve the pages, and work beside them: fire timers, run jobs, deliver messages.

    Makes or upgrades the database first. Ends on SIGTERM or Ctrl-C, after what is running has been done.
    """
    settings = Settings.load(demo=demo, host=host, port=port, clock_enabled=False if no_clock else None)
    set_up_logging(settings)
    if settings.demo and not settings.log_key_file.exists():
        make_log_key(settings.log_key_file, DEMO_LOG)  # a real city makes its own, under its own name
    with output.progress("making the database ready"):
        engine = open_engine(settings, migrate=True)
    try:
        if settings.demo:
            with output.progress("loading the demo"):
                load_demo(engine, settings.processes_folder)
        _serve(output, engine, settings)
    finally:
        engine.close()


def _serve(output: Output, engine: Engine, settings: Settings) -> None:
    people = _whom_to_sign_in_as(engine) if settings.demo else []
    server = _listen(engine, settings)
    workers = _workers(engine, settings) if settings.clock_enabled else None
    url = f"http://{_shown(settings.host)}:{_port(server)}"
    signal.signal(signal.SIGTERM, _end)
    if workers is not None:
        workers.start()
    output.tell({"url": url, "pid": os.getpid(), "people": people}, _welcome(url, people, settings.clock_enabled))
    _keep_what_is_loaded()
    try:
        server.run()
    finally:
        server.close()
        if workers is not None:
            workers.stop()


def _listen(engine: Engine, settings: Settings) -> Any:
    """A server that listens already. Raises click.ClickException when it cannot."""
    from waitress.server import create_server  # type: ignore[import-untyped]

    from web.app import create_app
    from web.busy import dispatcher_of
    from web.held import hold_streams

    _allow_open_files(2 * _MOST_CONNECTIONS)
    app = create_app(engine, settings)
    try:
        server = create_server(
            app, host=settings.host, port=settings.port, connection_limit=_MOST_CONNECTIONS,
            _dispatcher=dispatcher_of(app, max(settings.threads, FEWEST_THREADS)),
            max_request_body_size=_LARGEST_BODY_BYTES, ident=None, clear_untrusted_proxy_headers=not settings.proxies,
            url_scheme="https" if settings.https else "http",
            channel_request_lookahead=1,  # lets a live stream notice that its page is gone
            asyncore_use_poll=True,  # select knows no more than 1024 connections
        )  # fmt: skip
        return hold_streams(server)
    except OSError as error:
        raise click.ClickException(
            f"Expected to listen on {settings.host} port {settings.port}, but: {error.strerror or error}. "
            "Another program may use it; choose another one with --port."
        ) from error


def _keep_what_is_loaded() -> None:
    """Leave modules, models and texts out of every later search for garbage, which stops all threads meanwhile."""
    gc.collect()
    gc.freeze()


def _allow_open_files(most: int) -> None:
    """Let this process have so many open, as far as the machine allows it: every open page is one."""
    if sys.platform == "win32":
        return  # counts otherwise
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _port(server: Any) -> int:
    """The port it listens on; a name such as localhost may stand for several sockets."""
    listening = getattr(server, "effective_listen", None)
    return int(listening[0][1] if listening else server.effective_port)


def _workers(engine: Engine, settings: Settings) -> Workers:
    registry = build_registry(settings, engine.clock.now)
    return Workers(engine, registry, settings)


@click.group(invoke_without_command=True)
@with_output
@click.pass_context
def worker(context: click.Context, output: Output) -> None:
    """Fire timers, run jobs and deliver messages, without pages; any number may run beside each other.

    On SQLite `serve` does this by itself. Ends on SIGTERM or Ctrl-C, after what is running has been done.

    `worker token` is for workers of your own, which fetch their jobs over HTTP.
    """
    if context.invoked_subcommand is None:
        _work(output)


def _work(output: Output) -> None:
    settings = Settings.load()
    set_up_logging(settings)
    engine = open_engine(settings)
    try:
        workers = _workers(engine, settings)
        ending = Ending()
        workers.start()
        topics = list(workers.topics)
        output.tell(
            {"working": True, "pid": os.getpid(), "topics": topics},
            [f"Working on {settings.database_url.partition(':')[0]}; connectors: {', '.join(topics) or 'none'}."],
        )
        _keep_what_is_loaded()
        ending.wait()
        workers.stop()
    finally:
        engine.close()


worker.add_command(token)


def _whom_to_sign_in_as(engine: Engine) -> list[dict[str, Any]]:
    """One of each unit of a demo: the duty room first, then whoever has most to do."""
    found = []
    for person in engine.queries.list_people():
        actor = Actor(person.person_id, groups=person.groups)
        waiting = sum(len(engine.queries.inbox(actor, queue=queue, limit=20).items) for queue in ("mine", "offered"))
        found.append((DUTY_ROOM not in person.groups, -waiting, person))
    units: dict[str | None, dict[str, Any]] = {}
    for _later, less, person in sorted(found, key=lambda one: one[:2]):
        told = {
            "sign_in_name": person.sign_in_name, "name": f"{person.display_name_zh} {person.display_name_en}",
            "unit": person.unit_name_en, "tasks": -less,
        }  # fmt: skip
        units.setdefault(person.unit_id, told)
    return list(units.values())


def _welcome(url: str, people: list[dict[str, Any]], clock_enabled: bool) -> list[str]:
    lines = [f"Liandong is ready: {url}"]
    if people:
        lines.append(f"Sign in with the password {DEMO_PASSWORD} as")
        rows = [[one["sign_in_name"], one["name"], one["unit"], one["tasks"] or ""] for one in people[:_MOST_SHOWN]]
        lines += [f"  {line}" for line in table(("", "", "", "tasks"), rows)]
        if len(people) > _MOST_SHOWN:
            lines.append("  The sign-in page lists the others.")
    if not clock_enabled:
        lines.append("Timers, jobs and messages are left to a `liandong worker`.")
    return [*lines, "Ctrl-C ends."]


def _shown(host: str) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - what to type into a browser
    return f"[{host}]" if ":" in host else host


def _end(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(0)
