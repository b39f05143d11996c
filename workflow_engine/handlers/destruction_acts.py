"""What destroying personal data does to a running case in memory."""

from __future__ import annotations

from collections.abc import Mapping

from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.tree import CaseTree
from workflow_engine.domain.commands import Command
from workflow_engine.domain.destruction import without_personal
from workflow_engine.domain.destruction_commands import ErasePersonalData
from workflow_engine.domain.events_destruction import PersonalDataErased
from workflow_engine.domain.traces import Traces
from workflow_engine.handlers.steps import Act, Step, step_of


def act_erase(
    instance: Instance, context: RunContext, command: ErasePersonalData, _actor_id: str, traces: Traces | None = None
) -> Step:
    """Nothing stays under the personal names; with ``traces`` the values are also cut out of other texts.

    The traces are no part of the record, so that it does not keep what it is to forget; the events are the same.
    """

    def erase(tree: CaseTree) -> None:
        names = frozenset(command.names)
        tree.recorder.add(PersonalDataErased(destruction_id=command.destruction_id, names=command.names))
        tree.header = without_personal(tree.header, names, traces)
        for _, token in sorted(tree.index.items()):
            token.internal_data = without_personal(token.internal_data, names, traces)
            token.outputs = None
            token.set_variables(without_personal(token.data, names, traces))

    return step_of(instance.act(context, erase))


DESTRUCTION_ACTS: Mapping[type[Command], Act] = {ErasePersonalData: act_erase}
