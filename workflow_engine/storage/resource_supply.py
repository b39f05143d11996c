"""What candidates are found in: read as it is asked for, or all at once where many requests are looked at together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

import orjson

from workflow_engine.storage import resources as store
from workflow_engine.storage.resource_reservations import kept_now, running_reservations
from workflow_engine.storage.resources import Offer, Request, RequestLine, Stock
from workflow_engine.storage.unit_of_work import UnitOfWork


class Supply:
    """As it stands in this transaction."""

    def __init__(self, unit: UnitOfWork, now: datetime) -> None:
        self._unit = unit
        self._now = now

    def lines(self, request: Request) -> list[RequestLine]:
        """What is asked for."""
        return store.lines_of(self._unit, request.request_id)

    def offers(self, request: Request) -> list[Offer]:
        """Who was asked."""
        return store.offers_of(self._unit, request.request_id)

    def fitting(self, wanted: str, *, lock: bool = False) -> list[Stock]:
        """What there is of a type, in service."""
        return store.fitting(self._unit, wanted, lock=lock)

    def kept(self, request: Request) -> dict[str, int]:
        """How much of each resource is kept now for others than who asks."""
        return {} if request.exercise else kept_now(self._unit, self._now, request.unit_id)

    def middles(self, place_codes: Iterable[str]) -> dict[str, tuple[float, float]]:
        """Where places lie."""
        codes = sorted(set(place_codes))
        return store.middles(self._unit, orjson.dumps(codes).decode()) if codes else {}


class SupplyOfMany(Supply):
    """For many requests, in five statements however many there are."""

    def __init__(self, unit: UnitOfWork, now: datetime, request_ids: Iterable[str]) -> None:
        super().__init__(unit, now)
        ids = orjson.dumps(sorted(request_ids)).decode()
        self._lines, self._offers = store.lines_of_many(unit, ids), store.offers_of_many(unit, ids)
        lines = [line for some in self._lines.values() for line in some]
        types = orjson.dumps(sorted({line.type for line in lines})).decode()
        self._stock: defaultdict[str, list[Stock]] = defaultdict(list)
        for stock in store.fitting_many(unit, types):
            self._stock[stock.type].append(stock)
        self._running = running_reservations(unit, now)
        stocks = [one for some in self._stock.values() for one in some]
        codes = {*(one.place_code for one in lines), *(one.place_code for one in stocks)} - {""}
        self._middles = super().middles(codes)

    def lines(self, request: Request) -> list[RequestLine]:
        """What is asked for."""
        return self._lines.get(request.request_id, [])

    def offers(self, request: Request) -> list[Offer]:
        """Who was asked."""
        return self._offers.get(request.request_id, [])

    def fitting(self, wanted: str, *, lock: bool = False) -> list[Stock]:
        """What there is of a type, in service."""
        if lock:
            raise ValueError("what was read for many requests is looked at only")
        return self._stock[wanted]

    def kept(self, request: Request) -> dict[str, int]:
        """How much of each resource is kept now for others than who asks."""
        found: defaultdict[str, int] = defaultdict(int)
        for resource_id, unit_id, quantity in () if request.exercise else self._running:
            if unit_id != request.unit_id:
                found[resource_id] += quantity
        return found

    def middles(self, place_codes: Iterable[str]) -> dict[str, tuple[float, float]]:
        """Where places lie."""
        return {code: self._middles[code] for code in place_codes if code in self._middles}
