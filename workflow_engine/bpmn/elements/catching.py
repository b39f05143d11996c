"""Catching events: what a token waits for, and what it takes along when that occurs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflow_engine.bpmn.correlation import bind_correlation, demanded_correlation, event_name
from workflow_engine.bpmn.deadlines import remember
from workflow_engine.bpmn.elements.element import Element
from workflow_engine.bpmn.elements.mapping import map_in, map_out
from workflow_engine.bpmn.evaluation import due_instant, iso, mapped, text_of
from workflow_engine.bpmn.model import EventDefinition
from workflow_engine.bpmn.token import WAITING, Token
from workflow_engine.domain.errors import ExpressionError
from workflow_engine.domain.events import (
    MessageCaught,
    SignalCaught,
    SubscriptionClosed,
    SubscriptionOpened,
    TimerCancelled,
    TimerFired,
    TimerScheduled,
)
from workflow_engine.domain.timing import catch_up, parse_cycle, parse_instant


class CatchElement(Element):
    """Waits for one of its event definitions, or for all of them (``parallelMultiple``).

    ``internal_data``: ``due`` position to instant, ``cycle`` position to [text, anchor, fired], ``waits`` position to
    [kind, name, correlation], ``seen`` positions of a parallel multiple event that occurred already.
    """

    kind = "intermediateCatchEvent"
    waiting_state = WAITING

    def execute(self, token: Token) -> bool | None:
        map_in(token)
        if not self.subscribe(token):
            return None
        self._win(token)
        return True

    def can_happen(self, token: Token) -> bool:
        waits = token.internal_data
        return bool(waits.get("due") or waits.get("waits")) or token.id in token.workflow.top_workflow.conditions

    def occurred(self, token: Token, payload: dict[str, Any]) -> None:
        """What was waited for is there."""
        if payload:
            token.set_variables({**token.data, **payload})
        self._win(token)
        self.finish(token)

    def _win(self, token: Token) -> None:
        """Tell the event-based gateway before it, if there is one, that this event occurred first."""
        gateway = token.parent
        if gateway.task_spec.kind == "eventBasedGateway" and gateway.is_live:
            gateway.task_spec.chosen(gateway, token)

    # ---- beginning to wait
    def subscribe(self, token: Token) -> bool:
        """Begin to wait for everything; True when it need not wait at all."""
        done = not self.node.events
        for position, definition in enumerate(self.node.events):
            if position in token.internal_data.get("seen", ()) or _waits_at(token, str(position)):
                continue
            if definition.kind in ("none", "link"):
                done = True
            elif definition.kind == "timer":
                self._schedule(token, position, definition)
            elif definition.kind in ("message", "signal"):
                self._open_subscription(token, position, definition)
            elif definition.kind == "conditional":
                token.workflow.top_workflow.conditions[token.id] = token
        return self._fire_due(token) or done

    def _schedule(self, token: Token, position: int, definition: EventDefinition) -> None:
        context = token.workflow.top_workflow.context
        now, asked_before = context.now, len(context.asking.used)
        text = text_of(definition.expression or "null", token.data, context)
        if text is None:
            raise ExpressionError(f"Expected timer {definition.expression!r} to give a time, but it gives null.")
        if definition.timer == "cycle" or text.startswith("R"):
            cycle = parse_cycle(text)
            due = cycle.due(1, now)
            if due == now and cycle.start is not None and cycle.start < now:
                due = cycle.due(2, now)  # a grid that began before: the next point, else a loop back here never waits
            token.internal_data.setdefault("cycle", {})[str(position)] = [text, iso(now), 0]
            if due is not None:
                self.set_due(token, position, due)
            return
        due = due_instant(text, now)
        self.set_due(token, position, due)
        remember(token, str(position), due, asked_before)

    def set_due(self, token: Token, position: int, due: datetime) -> None:
        """Wait for this instant."""
        due_at = iso(due)
        token.internal_data.setdefault("due", {})[str(position)] = due_at
        token.workflow.top_workflow.recorder.touch(token)
        token.workflow.top_workflow.recorder.add(
            TimerScheduled(
                token_id=token.id,
                position=position,
                element_id=self.element_id,
                due_at=due_at,
                interrupting=self.kind == "boundaryEvent" and self.node.interrupting,
            )
        )

    def _open_subscription(self, token: Token, position: int, definition: EventDefinition) -> None:
        name = event_name(definition, token)
        correlation = demanded_correlation(definition, token) if definition.kind == "message" else None
        token.internal_data.setdefault("waits", {})[str(position)] = [definition.kind, name, correlation]
        token.workflow.top_workflow.recorder.touch(token)
        token.workflow.top_workflow.recorder.add(
            SubscriptionOpened(
                token_id=token.id,
                position=position,
                element_id=self.element_id,
                subscription_kind=definition.kind,
                name=name,
                correlation=correlation,
            )
        )

    # ---- something occurs
    def _fire_due(self, token: Token) -> bool:
        """Timers that are due at this very moment fire at once."""
        now = token.workflow.top_workflow.context.now
        for position, due_at in list(token.internal_data.get("due", {}).items()):
            if parse_instant(due_at) <= now and self._timer_fires(token, int(position)):
                return True
        return False

    def fire(self, token: Token, position: int) -> None:
        """The timer at ``position`` is due."""
        if self._timer_fires(token, position):
            self.occurred(token, token.internal_data.pop("payload", {}))

    def _timer_fires(self, token: Token, position: int) -> bool:
        due_at = token.internal_data["due"].pop(str(position))
        recorder = token.workflow.top_workflow.recorder
        recorder.touch(token)
        recorder.add(TimerFired(token_id=token.id, position=position, element_id=self.element_id, due_at=due_at))
        return self._one_of_all(token, position)

    def deliver(
        self,
        token: Token,
        position: int,
        payload: Mapping[str, Any],
        correlation: Mapping[str, Any] | None = None,
        message_id: str | None = None,
    ) -> None:
        """The message or signal that this token waits for at ``position`` is there."""
        definition = self.node.events[position]
        name = token.internal_data["waits"][str(position)][1]
        recorder = token.workflow.top_workflow.recorder
        if definition.kind == "message":
            bind_correlation(token.workflow.top_workflow, definition, payload, correlation)
            recorder.add(
                MessageCaught(
                    token_id=token.id,
                    element_id=self.element_id,
                    name=name,
                    message_id=message_id,
                    payload=dict(payload),
                )
            )
        else:
            recorder.add(SignalCaught(token_id=token.id, element_id=self.element_id, name=name, payload=dict(payload)))
        self._take_in(token, position, payload_variables(definition, payload, token))

    def _take_in(self, token: Token, position: int, payload: dict[str, Any]) -> None:
        before = token.internal_data.pop("payload", {})
        if self._one_of_all(token, position):
            self.occurred(token, {**before, **payload})
        else:
            token.note(payload={**before, **payload})

    def condition_holds(self, token: Token, position: int) -> None:
        """The condition at ``position`` became true."""
        self._take_in(token, position, {})

    def _one_of_all(self, token: Token, position: int) -> bool:
        """Whether the element is done waiting now that this one occurred."""
        if not self.node.parallel_multiple:
            return True
        seen = sorted({*token.internal_data.get("seen", []), position})
        token.note(seen=seen)
        self._close_subscription(token, position)
        return len(seen) == len(self.node.events)

    # ---- ending to wait
    def _on_complete(self, token: Token) -> None:
        self.release(token)
        map_out(token)
        super()._on_complete(token)

    def release(self, token: Token) -> None:
        recorder = token.workflow.top_workflow.recorder
        for position in list(token.internal_data.get("due", {})):
            recorder.add(TimerCancelled(token_id=token.id, position=int(position), element_id=self.element_id))
        for position in list(token.internal_data.get("waits", {})):
            self._close_subscription(token, int(position))
        token.internal_data.pop("due", None)
        token.workflow.top_workflow.conditions.pop(token.id, None)

    def _close_subscription(self, token: Token, position: int) -> None:
        if token.internal_data.get("waits", {}).pop(str(position), None) is not None:
            token.workflow.top_workflow.recorder.touch(token)
            token.workflow.top_workflow.recorder.add(
                SubscriptionClosed(token_id=token.id, position=position, element_id=self.element_id)
            )

    def listen_again(self, token: Token) -> None:
        """A non-interrupting boundary event occurred: be ready for the next time (BPMN 2.0.2, 13.5.3)."""
        if token.internal_data.pop("seen", None) is not None:
            self.subscribe(token)
        for position, cycle in token.internal_data.get("cycle", {}).items():
            if position not in token.internal_data.get("due", {}):
                self._schedule_next(token, int(position), cycle)

    def _schedule_next(self, token: Token, position: int, state: list[Any]) -> None:
        text, anchor, fired = state
        cycle, started = parse_cycle(text), parse_instant(anchor)
        missed = catch_up(cycle, started, fired, token.workflow.top_workflow.context.now)
        state[2] = missed.number if missed is not None else fired + 1
        due = cycle.due(state[2] + 1, started)
        token.workflow.top_workflow.recorder.touch(token)
        if due is not None:
            self.set_due(token, position, due)


def _waits_at(token: Token, position: str) -> bool:
    state = token.internal_data
    return position in state.get("due", ()) or position in state.get("waits", ())


def payload_variables(definition: EventDefinition, payload: Mapping[str, Any], token: Token) -> dict[str, Any]:
    """How a payload enters the variables: mapped, as one variable, or spread."""
    if definition.variables:
        return mapped(definition.variables, payload, token.workflow.top_workflow.context)
    if definition.result_variable:
        return {definition.result_variable: dict(payload)}
    return dict(payload)
