"""The only place where the parts of the engine are put together."""

from __future__ import annotations

from workflow_engine.attached_files import AttachedFiles
from workflow_engine.domain.clock import Clock, SystemClock
from workflow_engine.engine import Engine
from workflow_engine.handlers.handling import Parts
from workflow_engine.handlers.hot import HotCopies
from workflow_engine.library import Library
from workflow_engine.log_keys import find_log_key
from workflow_engine.queries import Queries
from workflow_engine.settings import Settings
from workflow_engine.storage.database import Database
from workflow_engine.storage.migrating import require_current, upgrade


def open_engine(
    settings: Settings, *, clock: Clock | None = None, migrate: bool = False, scratch: bool = False
) -> Engine:
    """An engine over the settings' database; close it when done.

    ``migrate`` brings the database up to this version first (makes it, when it is new). ``scratch``: the database may
    be lost in a power cut, as that of a rehearsal may.

    Raises:
        StateFormatError: the database is of another version, and ``migrate`` was not asked for.
        UnavailableError: the database cannot be reached.
        CheckpointError: the file of the log's key holds no key.
    """
    log_key = find_log_key(settings.log_key_file)
    database = Database(
        settings.database_url, wait_seconds=settings.wait_seconds, pool_size=settings.pool_size, scratch=scratch
    )
    try:
        if migrate:
            upgrade(settings.database_url)
        require_current(database)
    except BaseException:
        database.close()
        raise
    library = Library()
    parts = Parts(
        library=library, hot=HotCopies(settings.hot_cases), step_budget=settings.step_budget, log_key=log_key
    )  # fmt: skip
    the_clock = clock or SystemClock(settings.clock_offset_seconds)
    files = AttachedFiles(settings.files_folder)
    return Engine(database, the_clock, parts, Queries(database, library, the_clock), files)
