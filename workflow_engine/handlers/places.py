"""The map: outlines of places out of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidVariablesError
from workflow_engine.domain.events_places import PlacesImported
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.place_commands import ImportPlaces
from workflow_engine.domain.places import CRS, PlaceShape
from workflow_engine.handlers.handling import Handling
from workflow_engine.interchange.place_shapes import UnreadableShapesError, read_shapes
from workflow_engine.storage import chains
from workflow_engine.storage import places as store


@dataclass(frozen=True, slots=True)
class ReadPlaces:
    """What a file holds."""

    source: str
    sha256: str
    crs: str
    shapes: Sequence[PlaceShape]


def prepare(command: ImportPlaces) -> ReadPlaces:
    """Read the file, before any transaction. Raises InvalidVariablesError with every problem."""
    if len(command.files) != 1:
        raise InvalidVariablesError("Expected one file of places.", {"files": "one file"})
    if command.crs and command.crs not in CRS:
        raise InvalidVariablesError("Expected coordinates that are known.", {"crs": f"one of {', '.join(CRS)}"})
    ((name, content),) = command.files.items()
    try:
        shapes, said = read_shapes(content, command.renamed)
    except UnreadableShapesError as error:
        raise InvalidVariablesError(f"Expected a file of places, but {name} cannot be used.", error.problems) from error
    return ReadPlaces(name.strip()[:100], sha256(content).hexdigest(), command.crs or said, shapes)


def import_places(work: Handling, command: ImportPlaces) -> Receipt:
    """Write what the file holds; the same again changes nothing."""
    require_permission(work.actor, "organisation.load", "import places")
    read: ReadPlaces = work.prepared
    chains.lock_stream(work.unit, store.STREAM)
    changed = store.put(work.unit, read.shapes, read.crs, read.source, work.now)
    result = {"places": len(read.shapes), "changed": changed, "crs": read.crs}
    if not changed:
        work.unchanged = True
        return Receipt(command_id=command.command_id, result=result)
    event = PlacesImported(
        source=read.source, sha256=read.sha256, crs=read.crs, places=len(read.shapes), changed=changed
    )
    return work.record_in_stream(store.STREAM, [event], result)
