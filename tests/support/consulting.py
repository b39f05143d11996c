"""A small model whose case opens, closes, counts and settles a consultation."""

from __future__ import annotations

from datetime import timedelta

from tests.support.house import NOON, chain, user_task

CLOSES = (NOON + timedelta(days=30)).isoformat()
KEY = {"consultation_id": "consultation.id"}


def letter(name: str, reply: str | None = None, **fields: str) -> str:
    """A send task to the desk, and the receive task for its answer."""
    given = "".join(f'<zeebe:input source="={source}" target="{target}"/>' for target, source in fields.items())
    node_id = name.replace(".", "_")
    send = (
        f'<bpmn:sendTask id="{node_id}" messageRef="{node_id}_m"><bpmn:extensionElements><zeebe:ioMapping>{given}'
        "</zeebe:ioMapping></bpmn:extensionElements></bpmn:sendTask>"
    )
    return send + (f'<bpmn:receiveTask id="{node_id}_r" messageRef="{node_id}_rm"/>' if reply else "")


def messages(**replies: str) -> str:
    """The messages that ``letter`` names."""
    return "".join(
        f'<bpmn:message id="consultation_{name}_m" name="consultation.{name}"/>'
        f'<bpmn:message id="consultation_{name}_rm" name="consultation.{reply}"/>'
        for name, reply in replies.items()
    )


MODEL = messages(open="opened", close="closed", count="counted", settle="settled") + chain(
    *(
        part
        for both in (
            letter("consultation.open", "x", title="title", draft="draft", closes_at="closes_at",
                    channels='&quot;web, paper&quot;'),
            user_task("gather"),
            letter("consultation.close", "x", **KEY),
            user_task("moderate"),
            letter("consultation.count", "x", **KEY),
            user_task("answer"),
            letter("consultation.settle", "x", **KEY),
            user_task("again"),
            letter("consultation.settle", "x", **KEY).replace('id="consultation_settle', 'id="again_settle'),
            user_task("after"),
        )
        for part in both.replace("<bpmn:receiveTask", "\n<bpmn:receiveTask").split("\n")
    )
)  # fmt: skip
