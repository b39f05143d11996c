"""What fits a line, in the order of its score; and asking owners for what may not simply be given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from workflow_engine.domain.resource_scores import Fit, fit, kilometres
from workflow_engine.domain.unit_tree import UnitTree
from workflow_engine.storage.assigning import read_tree
from workflow_engine.storage.resource_supply import Supply
from workflow_engine.storage.resources import Offer, Request, RequestLine, Stock
from workflow_engine.storage.unit_of_work import UnitOfWork

STAGES: Mapping[str, frozenset[str]] = {
    "stock": frozenset({"own", "pooled"}),
    "peers": frozenset({"own", "pooled", "offer"}),
    "order": frozenset({"own", "pooled", "offer", "order"}),
    "contract": frozenset({"own", "pooled", "offer"}),
}
"""What may be given at each stage of the search."""
ANYBODY = frozenset({"own", "pooled", "offer", "order", "contract"})
"""How something could be had, were everybody asked."""
_ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A resource that fits a line, how it may be had, and how well it fits."""

    stock: Stock
    source: str
    quantity: int
    cost: int
    fit: Fit
    offer: Offer | None


class Matching:
    """Of one request: everything that candidates are judged by, read once."""

    def __init__(self, unit: UnitOfWork, request: Request, now: datetime, supply: Supply | None = None) -> None:
        self._supply = supply or Supply(unit, now)
        self._request = request
        self._tree: UnitTree = read_tree(unit)
        self._weights: dict[str, Any] = orjson.loads(request.weights)
        self.lines, self.offers = self._supply.lines(request), self._supply.offers(request)
        self._kept = self._supply.kept(request)

    def candidates(self, line: RequestLine, sources: frozenset[str], *, lock: bool = False) -> list[Candidate]:
        """The best first; of equal ones the one with the first id."""
        found = list(self._ways(line, self._supply.fitting(line.type, lock=lock), sources))
        dearest = max((cost for _, _, _, cost, _ in found), default=0)
        places = self._middles(line, [stock for stock, *_ in found])
        here = _point(line.lat, line.lon) or places.get(line.place_code)
        made = [
            Candidate(
                stock, source, quantity, cost,
                fit(
                    distance_km=kilometres(here, _point(stock.lat, stock.lon) or places.get(stock.place_code)),
                    ready_minutes=stock.ready_minutes if offer is None or offer.ready_minutes is None
                    else offer.ready_minutes,
                    available=quantity, missing=max(line.missing, 1), unit_cost=cost, dearest=dearest,
                    owner=self._owner(stock), weights=self._weights,
                ),
                offer,
            )
            for stock, source, quantity, cost, offer in found
        ]  # fmt: skip
        return sorted(made, key=lambda one: (-one.fit.score, one.stock.resource_id))

    def judge(self, line: RequestLine, stock: Stock, offer: Offer | None) -> Candidate | None:
        """One resource that a person chose, by whatever way it may be had."""
        for one in self.candidates(line, STAGES["order"]):
            if one.stock.resource_id == stock.resource_id and (offer is None or one.offer == offer):
                return one
        return None

    def owners(self, line: RequestLine, round_name: str) -> list[str]:
        """Which units could offer something for the line and are to be asked."""
        wanted = _ENTERPRISE if round_name == "contract" else ""
        found = set()
        for stock in self._supply.fitting(line.type):
            is_contract = stock.subject_class == _ENTERPRISE
            if is_contract != bool(wanted) or (is_contract and not stock.contract):
                continue
            if self._free(stock) > 0 and not self._is_given(stock):
                found.add(stock.unit_id)
        asked = {
            one.unit_id for one in self.offers if one.line_no == line.line_no and one.state in ("asked", "offered")
        }
        return sorted(found - asked)

    def _ways(
        self, line: RequestLine, stocks: Sequence[Stock], sources: frozenset[str]
    ) -> Iterator[tuple[Stock, str, int, int, Offer | None]]:
        """(resource, how, how much, cost of one, offer) of everything that may be given for the line."""
        offered = {
            one.resource_id: one for one in self.offers if one.line_no == line.line_no and one.state == "offered"
        }
        for stock in stocks:
            free = self._free(stock)
            if free <= 0:
                continue
            offer = offered.get(stock.resource_id)
            if self._is_given(stock):
                source = "own" if self._is_own(stock) else "pooled"
                if source in sources:
                    yield stock, source, free, stock.unit_cost, None
            elif offer is not None and "offer" in sources:
                source = "contract" if offer.round == "contract" else "offer"
                cost = stock.unit_cost if offer.cost is None else offer.cost
                yield stock, source, min(free, offer.quantity), cost, offer
            elif "order" in sources and stock.subject_class == "government":
                yield stock, "order", free, stock.unit_cost, None
            elif "contract" in sources and stock.subject_class == _ENTERPRISE and stock.contract:
                yield stock, "contract", free, stock.unit_cost, None

    def _free(self, stock: Stock) -> int:
        return stock.free(exercise=self._request.exercise, kept=self._kept.get(stock.resource_id, 0))

    def _is_given(self, stock: Stock) -> bool:
        return self._is_own(stock) or (stock.pooled and stock.subject_class != _ENTERPRISE)

    def _is_own(self, stock: Stock) -> bool:
        """Of who asks, or of a department below it; levels below, enterprises and volunteers are asked first."""
        asker = self._request.unit_id
        if asker is None or stock.unit_id == asker:
            return asker is not None
        is_department = self._tree.level_of(stock.unit_id) == self._tree.level_of(asker)
        return stock.subject_class == "government" and is_department and asker in self._tree.above(stock.unit_id)

    def _owner(self, stock: Stock) -> str:
        if self._is_own(stock):
            return "own"
        if stock.subject_class == _ENTERPRISE:
            return "enterprise"
        asker = self._request.unit_id
        common = None if asker is None else self._tree.common_superior([asker, stock.unit_id])
        if common is not None and self._tree.superior_of(common) is not None:
            return "near"
        return "city" if self._tree.level_of(stock.unit_id) == "city" else "other"

    def _middles(self, line: RequestLine, stocks: Sequence[Stock]) -> dict[str, tuple[float, float]]:
        codes = {one.place_code for one in stocks if one.lat is None and one.place_code}
        if line.lat is None and line.place_code:
            codes.add(line.place_code)
        return self._supply.middles(codes)


def _point(lat: float | None, lon: float | None) -> tuple[float, float] | None:
    return None if lat is None or lon is None else (lat, lon)
