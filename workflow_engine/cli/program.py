"""The program itself: its groups of commands, and the one place where whatever went wrong is told."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from workflow_engine.cli.alerts import alert
from workflow_engine.cli.auditing import audit
from workflow_engine.cli.ballots import ballot
from workflow_engine.cli.batches import batch
from workflow_engine.cli.cases import start
from workflow_engine.cli.clocks import case
from workflow_engine.cli.decide import decide
from workflow_engine.cli.definitions import definitions, deploy, lint, release, retire
from workflow_engine.cli.documenting import settings
from workflow_engine.cli.emergency import emergency
from workflow_engine.cli.events import message, signal
from workflow_engine.cli.failures import tell_failure
from workflow_engine.cli.feel import feel
from workflow_engine.cli.indicators import indicators
from workflow_engine.cli.jobs import job
from workflow_engine.cli.keeping import db
from workflow_engine.cli.organisation_files import organisation
from workflow_engine.cli.people import person
from workflow_engine.cli.places import places
from workflow_engine.cli.rehearsing import rehearsal
from workflow_engine.cli.resources import resources
from workflow_engine.cli.service_categories import categories
from workflow_engine.cli.service_requests_looking import service_requests
from workflow_engine.cli.serving import serve, worker
from workflow_engine.cli.supervision import supervision
from workflow_engine.cli.tasks import claim, complete, give_back, tasks
from workflow_engine.cli.working_calendar import calendar


class Program(click.Group):
    """Tells every failure in one way: on stderr, exit code 2, never a traceback."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *_: Any, **extra: Any) -> NoReturn:
        """Run and exit. ``standalone_mode`` is accepted and has no effect: failures are told here."""
        words = list(sys.argv[1:] if args is None else args)
        extra.pop("standalone_mode", None)
        logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
        try:
            code = super().main(words, prog_name or "liandong", standalone_mode=False, **extra)
        except click.exceptions.Exit as ended:
            sys.exit(ended.exit_code)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the one place where all of them are told
            sys.exit(tell_failure(error, as_json="--json" in words))
        sys.exit(code if isinstance(code, int) else 0)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="liandong", message="%(prog)s %(version)s")
def liandong() -> None:
    """Emergency response and other procedures that many departments carry out together.

    Settings come from the environment (LIANDONG_DATABASE_URL, …) or a TOML file; `liandong settings` lists them.
    Whatever cannot be done is told on standard error, with exit code 2.
    """


for _command in (
    alert, audit, ballot, batch, calendar, case, categories, claim, complete, db, decide, definitions, deploy,
    emergency, feel, give_back, job, lint, message, organisation, person, places, rehearsal, release, resources,
    retire, serve, service_requests, settings, signal, start, supervision, tasks, worker, indicators,
):  # fmt: skip
    liandong.add_command(_command)


def main() -> NoReturn:
    """The entry point of the installed program."""
    liandong.main()
