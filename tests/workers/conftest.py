"""What tests of workers share: an engine over each database, a clock that stands still, a real server outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.support.house import House
from tests.workers.http_server import Outside, running_server
from tests.workers.mail_server import Mailbox, running_mail_server
from workflow_engine import LoadOrganisation
from workflow_engine.bootstrap import open_engine
from workflow_engine.domain.actors import OPERATOR
from workflow_engine.domain.clock import VirtualClock, new_id
from workflow_engine.engine import Engine
from workflow_engine.settings import Settings
from workflow_engine.workers.connectors_email import EmailConnector, MailServer
from workflow_engine.workers.mailing import MailSender
from workflow_engine.workers.telling import TellingRunner, WebhookSender

ZONE = ZoneInfo("Asia/Shanghai")
LI = {"person_id": "user:li", "sign_in_name": "li", "display_name_zh": "李", "display_name_en": "Li",
      "email": "li@city.example", "groups": ["role:duty_room"]}  # fmt: skip


@pytest.fixture
def outside() -> Iterator[Outside]:
    """A real HTTP server of the outside."""
    with running_server() as server:
        yield server


@pytest.fixture
def clock() -> VirtualClock:
    """Stands still until a test moves it."""
    return VirtualClock(datetime(2026, 5, 12, 6, 0, tzinfo=UTC))


@pytest.fixture
def engine(database_url: str, clock: VirtualClock) -> Iterator[Engine]:
    """An engine over a new database."""
    opened = open_engine(Settings(database_url=database_url), clock=clock, migrate=True)
    yield opened
    opened.close()


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """An engine with short words for the usual steps."""
    made = House(database_url)
    yield made
    made.close()


@pytest.fixture
def mailbox(free_port: int) -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with running_mail_server(box, free_port):
        yield box, free_port


@pytest.fixture
def runner(house: House, mailbox: tuple[Mailbox, int]) -> TellingRunner:
    """What serves both, with networks of our own allowed."""
    house.engine.handle(LoadOrganisation(command_id=new_id(), people=[LI]), OPERATOR)
    server = MailServer("127.0.0.1", "liandong@city.example", port=mailbox[1], security="none", timeout_seconds=60)
    mail = MailSender(house.engine, EmailConnector(server, house.clock.now), "https://liandong.example", ZONE)
    settings = Settings(database_url="", http_allow_networks=("127.0.0.0/8",), http_timeout_seconds=30)
    made = TellingRunner(house.engine, WebhookSender(house.engine, settings), mail, ZONE)
    made.run_once()
    return made


@pytest.fixture
def tell(house: House, runner: TellingRunner) -> Callable[[], None]:
    """Sequence what was committed and tell it, until nothing is left to do now."""

    def run() -> None:
        house.engine.extend_log(house.engine.chains_behind(everything=True))
        while runner.run_once():
            pass

    return run
