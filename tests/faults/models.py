"""The processes under fault: small, but with everything that could be lost, doubled or left hanging."""

from __future__ import annotations

from itertools import pairwise

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="faults">'
)


def model(process_id: str, body: str, outside: str = "") -> bytes:
    """A BPMN file with one executable process; ``outside`` are its messages and signals."""
    return f'{_HEAD}{outside}<process id="{process_id}" isExecutable="true">{body}</process></definitions>'.encode()


def flow(source: str, target: str, condition: str = "") -> str:
    """A sequence flow."""
    inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'


def path(*nodes: str) -> str:
    """Flows from each node to the next."""
    return "".join(flow(source, target) for source, target in pairwise(nodes))


def timer(element_id: str, kind: str, text: str) -> str:
    """An intermediate timer event; ``kind`` is timeDate, timeDuration or timeCycle."""
    return (
        f'<intermediateCatchEvent id="{element_id}"><timerEventDefinition><{kind}>{text}</{kind}>'
        "</timerEventDefinition></intermediateCatchEvent>"
    )


def boundary_timer(element_id: str, host: str, kind: str, text: str, *, interrupting: bool) -> str:
    """A timer at the edge of an activity."""
    cancel = "" if interrupting else ' cancelActivity="false"'
    return (
        f'<boundaryEvent id="{element_id}" attachedToRef="{host}"{cancel}><timerEventDefinition><{kind}>{text}</{kind}>'
        "</timerEventDefinition></boundaryEvent>"
    )


_MESSAGE = '<message id="m" name="faults.report"/>'

WORK = model(
    "work",
    '<startEvent id="begin"/><userTask id="A"/>'
    + boundary_timer("late", "A", "timeDuration", "PT30M", interrupting=False)
    + '<endEvent id="reminded"/><parallelGateway id="fork"/><userTask id="B" camunda:candidateUsers="user:b,user:c"/>'
    '<userTask id="C" camunda:assignee="user:c"/><parallelGateway id="join"/>'
    '<scriptTask id="count" scriptFormat="python"><script>rounds = rounds + 1</script></scriptTask>'
    '<intermediateThrowEvent id="report"><messageEventDefinition messageRef="m"/></intermediateThrowEvent>'
    '<exclusiveGateway id="more" default="more_A"/><endEvent id="finish"/>'
    + path("begin", "A", "fork", "B", "join", "count", "report", "more", "A")
    + path("fork", "C", "join")
    + path("late", "reminded")
    + flow("more", "finish", "rounds &gt;= limit"),
    _MESSAGE,
)
"""A loop over two parallel user tasks; each round counts in a script, throws a message and sets a reminder."""

LISTENER = model(
    "listener",
    '<startEvent id="heard"><messageEventDefinition messageRef="m"/></startEvent>'
    '<scriptTask id="note" scriptFormat="python"><script>noted = True</script></scriptTask><endEvent id="finish"/>'
    + path("heard", "note", "finish"),
    _MESSAGE,
)
"""Each report starts one case of this."""

HOURLY = model(
    "hourly",
    '<startEvent id="tick"><timerEventDefinition><timeCycle>R/PT30M</timeCycle></timerEventDefinition></startEvent>'
    '<endEvent id="finish"/>' + path("tick", "finish"),
)
"""A case by itself every half hour; half hours that were missed count as one."""

SCRIPTS = model(
    "scripts",
    '<startEvent id="begin"/><userTask id="A"/>'
    + "".join(
        f'<scriptTask id="s{n}" scriptFormat="python"><script>done = done + [{n}]</script></scriptTask>'
        for n in range(10)
    )
    + '<userTask id="Z"/><endEvent id="finish"/>'
    + path("begin", "A", *(f"s{n}" for n in range(10)), "Z", "finish"),
)
"""Ten scripts between two tasks."""

VOTE = model(
    "vote",
    '<startEvent id="begin"/><userTask id="ballot"><multiInstanceLoopCharacteristics camunda:collection="voters" '
    'camunda:elementVariable="voter"><completionCondition xsi:type="tFormalExpression">'
    "nrOfCompletedInstances &gt;= quorum</completionCondition></multiInstanceLoopCharacteristics></userTask>"
    '<userTask id="decide"/><endEvent id="finish"/>' + path("begin", "ballot", "decide", "finish"),
)
"""A ballot: each voter has a task; ``quorum`` votes decide."""

DEADLINE = model(
    "deadline",
    '<startEvent id="begin"/><userTask id="A"/>'
    + boundary_timer("over", "A", "timeDuration", "PT30M", interrupting=True)
    + '<userTask id="in_time"/><userTask id="too_late"/><endEvent id="finish"/>'
    + path("begin", "A", "in_time", "finish")
    + path("over", "too_late", "finish"),
)
"""Either the task or its deadline."""

FORK = model(
    "fork",
    '<startEvent id="begin"/><parallelGateway id="split"/>'
    + "".join(f'<userTask id="t{n}"/>' for n in range(4))
    + '<parallelGateway id="meet"/><userTask id="after"/><endEvent id="finish"/>'
    + path("begin", "split")
    + "".join(path("split", f"t{n}", "meet") for n in range(4))
    + path("meet", "after", "finish"),
)
"""Four branches that meet."""

MAIL = model(
    "mail",
    '<startEvent id="begin"/><receiveTask id="first" messageRef="m1"/><receiveTask id="second" messageRef="m2"/>'
    '<userTask id="read"/><endEvent id="finish"/>' + path("begin", "first", "second", "read", "finish"),
    '<message id="m1" name="faults.first"/><message id="m2" name="faults.second"/>',
)
"""Waits for two messages, one after the other."""

PAUSE = model(
    "pause",
    '<startEvent id="begin"/>'
    + timer("wait", "timeDuration", "${wait}")
    + '<endEvent id="finish"/>'
    + path("begin", "wait", "finish"),
)
"""Waits for as long as its variable says."""

REMINDERS = model(
    "reminders",
    '<startEvent id="begin"/><userTask id="A"/>'
    + boundary_timer("remind", "A", "timeCycle", "R/PT10M", interrupting=False)
    + '<endEvent id="reminded"/><endEvent id="finish"/>'
    + path("begin", "A", "finish")
    + path("remind", "reminded"),
)
"""Reminds every ten minutes for as long as the task is open."""

DATED = model(
    "dated",
    '<startEvent id="begin"/>'
    + timer("wait", "timeDate", "${when}")
    + '<endEvent id="finish"/>'
    + path("begin", "wait", "finish"),
)
"""Waits for the instant that its variable names."""

CYCLE = model(
    "cycle",
    '<startEvent id="begin"/><userTask id="A"/>'
    + boundary_timer("again", "A", "timeCycle", "${cycle}", interrupting=False)
    + '<endEvent id="noted"/><endEvent id="finish"/>'
    + path("begin", "A", "finish")
    + path("again", "noted"),
)
"""Fires by the cycle that its variable names, for as long as the task is open."""

ALL = {
    "work": WORK, "listener": LISTENER, "hourly": HOURLY, "scripts": SCRIPTS, "vote": VOTE, "deadline": DEADLINE,
    "fork": FORK, "mail": MAIL, "pause": PAUSE, "reminders": REMINDERS, "dated": DATED, "cycle": CYCLE,
}  # fmt: skip

ONCE_PER_CASE = ("meet", "decide", "in_time", "too_late", "after", "read", "Z")
"""Elements that no case may pass or create a task of twice."""
JOINS = {"join": 2, "meet": 4}
"""Joining gateways and how many branches meet there."""
