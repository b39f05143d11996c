"""The catalogue of categories: what is in force, and how it came to be so."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from workflow_engine.domain.clock import Clock
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.service_categories import Catalogue, Category, CategoryChange, differences
from workflow_engine.queries.snapshot import Look
from workflow_engine.storage import service_categories as store
from workflow_engine.storage.assigning import read_tree
from workflow_engine.storage.service_categories import CategoryVersion

MOST_VERSIONS = 500
_Changes = list[CategoryChange]  # in the class below, list is a question


@dataclass(frozen=True, slots=True)
class CategoryVersionRow:
    """A version, and where it stands."""

    version: int
    effective_from: datetime
    sha256: str
    count: int
    changed_at: datetime
    changed_by: str
    reason: str
    state: str
    """``in_force``, ``coming``, ``past``, or ``replaced``: a later one was in force before it."""


_Versions = list[CategoryVersionRow]


class ServiceCategoryQueries:
    """Questions that anybody may ask: what a city takes in and in what time is public."""

    def __init__(self, look: Callable[[], AbstractContextManager[Look]], clock: Clock) -> None:
        self._look = look
        self._clock = clock

    def list(self, public_only: bool = False) -> list[Category]:
        """Those in force, by group and code; ``public_only``: that residents may choose."""
        return [one for one in self.catalogue()[1] if one.public or not public_only]

    def get(self, code: str) -> Category:
        """One of those in force. Raises NotFoundError."""
        found = self.find(code)
        if found is None:
            raise NotFoundError(f"Expected a category {code[:80]!r}, but there is none.")
        return found

    def find(self, code: str) -> Category | None:
        """One of those in force."""
        return self.catalogue()[1].categories.get(code)

    def catalogue(self) -> tuple[int, Catalogue]:
        """The version in force and all of it; version 0 is empty."""
        with self._look() as look:
            return store.in_force(look.unit, self._clock.now())

    def newest(self) -> tuple[int, Catalogue]:
        """The version made last, whether in force already or not: what the next change builds on."""
        with self._look() as look:
            return store.newest(look.unit)

    def versions(self) -> _Versions:
        """The newest first."""
        now = self._clock.now()
        with self._look() as look:
            found = store.list_versions(look.unit, MOST_VERSIONS)
        in_force = next((one.version for one in found if one.effective_from <= now), 0)
        return [_row(one, found, in_force) for one in found]

    def get_version(self, version: int) -> tuple[CategoryVersion, Catalogue]:
        """One version with its content. Raises NotFoundError."""
        with self._look() as look:
            found = store.find_version(look.unit, version)
        if found is None:
            raise NotFoundError(f"Expected version {version} of the categories, but there is none.")
        return found

    def compare(self, before: int, after: int) -> _Changes:
        """What two versions have differently; 0 is the empty one. Raises NotFoundError."""
        old, new = (Catalogue({}) if one == 0 else self.get_version(one)[1] for one in (before, after))
        return differences(old, new)

    def functions(self) -> frozenset[str]:
        """Those that some unit of the city has; a category with another one finds nobody to handle it."""
        with self._look() as look:
            return frozenset(read_tree(look.unit).functions())


def _row(one: CategoryVersion, found: list[CategoryVersion], in_force: int) -> CategoryVersionRow:
    if one.version == in_force:
        state = "in_force"
    elif any(_replaces(other, one) for other in found):
        state = "replaced"
    else:
        state = "coming" if one.version > in_force else "past"
    return CategoryVersionRow(**{name: getattr(one, name) for name in CategoryVersion.__slots__}, state=state)


def _replaces(other: CategoryVersion, one: CategoryVersion) -> bool:
    """Whether a higher version was made before this one took effect, and takes effect no later."""
    return other.version > one.version and other.effective_from <= one.effective_from > other.changed_at
