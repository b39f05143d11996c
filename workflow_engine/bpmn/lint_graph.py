"""The shape of a scope: what can be reached, what turns in circles, and which links meet."""

from __future__ import annotations

from collections.abc import Iterable

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.lint_scopes import ScopeView, is_aside
from workflow_engine.bpmn.xml import Element, is_bpmn, is_true, local_name

Graph = dict[str, list[str]]

_WAITING = (
    "userTask", "manualTask", "serviceTask", "receiveTask", "sendTask", "businessRuleTask", "callActivity",
    "subProcess", "transaction", "eventBasedGateway",
)  # fmt: skip


def check_graph(document: Document, scope: ScopeView) -> None:
    """Refuses nodes nobody reaches, links without a partner and inclusive joins inside loops; warns of idle loops."""
    _check_links(document, scope)
    graph = successors(scope)
    _check_reachable(document, scope, graph)
    loops = strongly_connected(graph)
    for node in scope.of("inclusiveGateway"):
        if loops.get(node.get("id") or "") and len(scope.into(node)) > 1:
            document.findings.error(
                "inclusive_in_loop", node, "An inclusive gateway that joins inside a loop is not executed.",
                "Join with a parallel or exclusive gateway, or put the inclusive part into a sub-process.",
            )  # fmt: skip
    _check_idle_loops(document, scope, graph)


def successors(scope: ScopeView) -> Graph:
    """Where a token can go next: along flows, through links, and out of an activity by its boundary events."""
    ids = {node.get("id") or "" for node in scope.nodes}
    graph: Graph = {node_id: [] for node_id in ids}
    for flow in scope.flows:
        source, target = flow.get("sourceRef") or "", flow.get("targetRef") or ""
        if source in ids and target in ids:
            graph[source].append(target)
    for host, boundaries in scope.boundaries.items():
        if host in ids:
            graph[host].extend(node.get("id") or "" for node in boundaries)
    catches = {_link_name(node): node.get("id") or "" for node in _links(scope, "intermediateCatchEvent")}
    for node in _links(scope, "intermediateThrowEvent"):
        caught_by = catches.get(_link_name(node))
        if caught_by is not None:
            graph[node.get("id") or ""].append(caught_by)
    return graph


def strongly_connected(graph: Graph) -> dict[str, bool]:
    """For each node whether it lies on a cycle (Tarjan, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    cyclic: dict[str, bool] = dict.fromkeys(graph, False)
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, nexts = work[-1]
            for follower in nexts:
                if follower not in index:
                    index[follower] = low[follower] = len(index)
                    stack.append(follower)
                    on_stack.add(follower)
                    work.append((follower, iter(graph[follower])))
                    break
                if follower in on_stack:
                    low[node] = min(low[node], index[follower])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    _close(node, stack, on_stack, graph, cyclic)
    return cyclic


def _close(root: str, stack: list[str], on_stack: set[str], graph: Graph, cyclic: dict[str, bool]) -> None:
    members: list[str] = []
    while True:
        member = stack.pop()
        on_stack.discard(member)
        members.append(member)
        if member == root:
            break
    looping = len(members) > 1 or root in graph[root]
    for member in members:
        cyclic[member] = looping


def _check_reachable(document: Document, scope: ScopeView, graph: Graph) -> None:
    starts = [node.get("id") or "" for node in scope.of("startEvent")]
    if not starts:
        return
    reached = _reach(graph, starts)
    lost = [
        node for node in scope.nodes
        if (node.get("id") or "") not in reached and not is_aside(node) and not _is_handler_target(document, node)
    ]  # fmt: skip
    roots = [node for node in lost if not scope.into(node) and not is_bpmn(node, "boundaryEvent")]
    covered = _reach(graph, [node.get("id") or "" for node in roots])
    rest = [node for node in lost if (node.get("id") or "") not in covered and not is_bpmn(node, "boundaryEvent")]
    for node in [*roots, *rest[:1]]:
        stray_end = is_bpmn(node, "endEvent") and not scope.into(node)  # no work is lost with it
        report = document.findings.warning if stray_end else document.findings.error
        report(
            "unreachable", node, f"No path from a start event leads to this {local_name(node)}.",
            "Connect it with a sequence flow, or remove it.",
        )  # fmt: skip


def _is_handler_target(document: Document, node: Element) -> bool:
    """A compensation handler hangs on an association; compensation itself is refused elsewhere."""
    return is_true(node.get("isForCompensation"))


def _reach(graph: Graph, starts: Iterable[str]) -> set[str]:
    seen = set(starts)
    todo = list(seen)
    while todo:
        for follower in graph.get(todo.pop(), ()):
            if follower not in seen:
                seen.add(follower)
                todo.append(follower)
    return seen


def _check_idle_loops(document: Document, scope: ScopeView, graph: Graph) -> None:
    """A loop in which nothing waits for a person, a message or a timer turns until the step budget stops it."""
    waiting = {node.get("id") or "" for node in scope.nodes if _waits(scope, node)}
    automatic = {
        node: [follower for follower in followers if follower not in waiting]
        for node, followers in graph.items() if node not in waiting
    }  # fmt: skip
    on_cycle = strongly_connected(automatic)
    first = next((node for node in scope.nodes if on_cycle.get(node.get("id") or "")), None)
    if first is not None:
        document.findings.warning(
            "idle_loop", first,
            "This loop has no element that waits; if it never ends, the step budget stops the case.",
            "Make sure that a condition ends it, or put a task, timer or message into it.",
        )  # fmt: skip


def _waits(scope: ScopeView, node: Element) -> bool:
    if is_bpmn(node, *_WAITING):
        return True
    return is_bpmn(node, "intermediateCatchEvent") and "link" not in scope.kinds_of(node)


# ------------------------------------------------------------------------------------------------------------- links
def _links(scope: ScopeView, name: str) -> list[Element]:
    return [node for node in scope.of(name) if "link" in scope.kinds_of(node)]


def _link_name(node: Element) -> str:
    for item in node:
        if is_bpmn(item, "linkEventDefinition"):
            return item.get("name") or node.get("name") or ""
    return ""


def _check_links(document: Document, scope: ScopeView) -> None:
    throws, catches = _links(scope, "intermediateThrowEvent"), _links(scope, "intermediateCatchEvent")
    names: dict[str, int] = {}
    for node in catches:
        names[_link_name(node)] = names.get(_link_name(node), 0) + 1
        if scope.into(node):
            document.findings.error(
                "link_flow", node, "A link catch event must not have incoming flows.", "Let only its link lead to it."
            )
        if names[_link_name(node)] == 2:
            document.findings.error(
                "link_two_targets", node, f"Two catch events have the link name “{_link_name(node)}”.",
                "Keep one target per link name in a scope.",
            )  # fmt: skip
    sources = {_link_name(node) for node in throws}
    for node in throws:
        if scope.out_of(node):
            document.findings.error(
                "link_flow",
                node,
                "A link throw event must not have outgoing flows.",
                "Continue behind the link's target.",
            )
        if not _link_name(node) or _link_name(node) not in names:
            document.findings.error(
                "link_without_target", node, f"The link “{_link_name(node)}” has no catch event in the same scope.",
                "Draw a link catch event with the same link name.",
            )  # fmt: skip
    for node in catches:
        if _link_name(node) not in sources:
            document.findings.error(
                "link_without_source", node, f"Nothing throws the link “{_link_name(node)}”.", "Draw its throw event."
            )
