"""Tries of drafts, each in a folder of its own that goes when it is over; the product's database is only read."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from workflow_engine.bootstrap import open_engine
from workflow_engine.borrowing import release_with_called, take_calendar, take_parameters
from workflow_engine.domain.actors import OPERATOR
from workflow_engine.domain.clock import VirtualClock, new_id
from workflow_engine.domain.errors import InvalidStateError, NotFoundError
from workflow_engine.domain.intake_commands import LoadOrganisation
from workflow_engine.engine import Engine
from workflow_engine.handlers.deploying import all_nodes
from workflow_engine.queries import Queries
from workflow_engine.rehearsal.trying import Trial, TrialState
from workflow_engine.settings import Settings
from workflow_engine.storage.migrating import latest_revision, upgrade

__all__ = ["Trial", "TrialState", "TryOuts"]

LIFETIME_SECONDS = 2 * 3600
"""Since it was looked at last."""
MOST_PER_PERSON = 3
"""The oldest goes when a further one begins."""
MOST_IN_ALL = 60
MOST_CALLED = 20
STEP_BUDGET = 5_000
_TRIAL_ID = re.compile(r"[0-9a-f]{32}")
_ROLE = re.compile(r"role:[\w.-]+")


@dataclass(frozen=True, slots=True)
class _Files:
    """Where one try keeps its things."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "trial.sqlite3"

    @property
    def state(self) -> Path:
        return self.folder / "trial.json"


class TryOuts:
    """The tries of everybody, below one folder; any process of the machine may open them."""

    def __init__(self, folder: Path) -> None:
        self._root = folder

    def begin(
        self,
        owner: str,
        files: Mapping[str, bytes],
        *,
        title: str,
        origin: Mapping[str, str],
        start: Mapping[str, Any],
        now: datetime,
        product: Queries,
        alert: Mapping[str, Any] | None = None,
    ) -> str:
        """Start a case of the files' first process; returns the id of the try.

        ``start``: ``variables``, ``title``, and the ``element`` to start at where it is not the plain start event; or
        the name of an ``alert``, whose content is then given in ``alert``.
        Processes that the model calls are taken from what is released in ``product``, which is only read.

        Raises:
            DefinitionError: the files would not be stored as a version either.
            RejectedError: the case cannot be started so; or there are too many tries.
        """
        self.sweep()
        self._make_room(owner)
        trial_id = new_id()
        place = _Files(self._root / trial_id)
        place.folder.mkdir(mode=0o700)
        try:
            shutil.copyfile(self._template(), place.database)
            clock = VirtualClock(now.replace(microsecond=0))
            engine = _open(place, clock)
            try:
                take_calendar(engine, product)
                result = _deploy(engine, files, product)
                take_parameters(engine, product)
                state = TrialState(
                    owner=owner, title=title, origin=origin, process_id=str(result["process_id"]),
                    definition_id=str(result["definition_id"]), started_at=_iso(clock.now()), now=_iso(clock.now()),
                    start=start, case_id=new_id(),
                )  # fmt: skip
                Trial(engine, clock, state).start(alert)
            finally:
                engine.close()
            _save(place, state)
        except BaseException:
            shutil.rmtree(place.folder, ignore_errors=True)
            raise
        return trial_id

    @contextmanager
    def open(self, trial_id: str, owner: str) -> Iterator[Trial]:
        """A try of the owner's, for as long as the block lasts; others wait. Raises NotFoundError when it is over."""
        place, state = self._find(trial_id, owner)
        with place.state.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            state = _load(place) or state
            clock = VirtualClock(datetime.fromisoformat(state.now))
            engine = _open(place, clock)
            try:
                yield Trial(engine, clock, state)
                state.now = _iso(clock.now())
                _save(place, state)
            finally:
                engine.close()

    def tries_of(self, owner: str) -> list[tuple[str, TrialState]]:
        """The owner's tries with their ids, the newest first."""
        self.sweep()
        found = [(place.folder.name, state) for place in self._places() if (state := _load(place)) is not None]
        return sorted((one for one in found if one[1].owner == owner), key=lambda one: one[0], reverse=True)

    def discard(self, trial_id: str, owner: str) -> None:
        """Take a try away. Raises NotFoundError."""
        place, _state = self._find(trial_id, owner)
        shutil.rmtree(place.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Take away what nobody has looked at for long."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for place in self._places():
            with suppress(FileNotFoundError):
                kept = place.state if place.state.exists() else place.folder
                if time.time() - kept.stat().st_mtime > LIFETIME_SECONDS:
                    shutil.rmtree(place.folder, ignore_errors=True)

    # ---- inside
    def _places(self) -> list[_Files]:
        return [_Files(path) for path in self._root.iterdir() if _TRIAL_ID.fullmatch(path.name)]

    def _find(self, trial_id: str, owner: str) -> tuple[_Files, TrialState]:
        place = _Files(self._root / trial_id)
        state = _load(place) if _TRIAL_ID.fullmatch(trial_id) else None
        if state is None or state.owner != owner:
            raise NotFoundError("Expected a try of yours, but there is none: it is over, or was never begun.")
        return place, state

    def _make_room(self, owner: str) -> None:
        mine = self.tries_of(owner)
        for trial_id, _state in mine[MOST_PER_PERSON - 1 :]:
            self.discard(trial_id, owner)
        if len(self._places()) >= MOST_IN_ALL:
            raise InvalidStateError("Expected to begin a try, but too many are under way; try again later.")

    def _template(self) -> Path:
        """An empty database of this build's schema, made once."""
        made = self._root / f"empty-{latest_revision()}.sqlite3"
        if not made.exists():
            fresh = self._root / f"empty-{new_id()}.sqlite3"
            upgrade(f"sqlite:///{fresh}")
            os.replace(fresh, made)
        return made


def _open(place: _Files, clock: VirtualClock) -> Engine:
    settings = Settings(
        database_url=f"sqlite:///{place.database}", hot_cases=0, pool_size=2, step_budget=STEP_BUDGET, wait_seconds=5.0
    )
    return open_engine(settings, clock=clock)


def _deploy(engine: Engine, files: Mapping[str, bytes], product: Queries) -> Mapping[str, Any]:
    """The draft, and every released process that it calls; each released by another actor."""
    first = release_with_called(engine, files, product, MOST_CALLED)
    _bring_voters(engine, product)
    return first


def _bring_voters(engine: Engine, product: Queries) -> None:
    """The people of every role that votes in a ballot: each of its members has a vote, also in a try."""
    with engine.queries.snapshot() as snapshot:
        ids = [row.definition_id for row in engine.queries.list_definitions()]
        models = [snapshot.library.get(snapshot.unit, definition_id).model for definition_id in ids]
    stated = [text for model in models for node in all_nodes(model) for key, text in node.properties
              if key == "ballot.voters"]  # fmt: skip
    roles = sorted({role for text in stated for role in _ROLE.findall(text)})
    if not roles:
        return
    people = {person.person_id: person for role in roles for person in product.list_people(role)}
    rows = [
        {
            "person_id": person.person_id, "sign_in_name": person.sign_in_name,
            "groups": sorted(person.groups & {*roles}), "display_name_zh": person.display_name_zh,
            "display_name_en": person.display_name_en,
        }
        for person in people.values()
    ]  # fmt: skip
    names = [{"group_id": role, "name_zh": role, "name_en": role} for role in roles]
    engine.handle(LoadOrganisation(command_id=new_id(), roles=names, people=rows), OPERATOR)


def _save(place: _Files, state: TrialState) -> None:
    place.state.write_bytes(orjson.dumps(asdict(state)))


def _load(place: _Files) -> TrialState | None:
    try:
        return TrialState(**orjson.loads(place.state.read_bytes()))
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None


def _iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
