"""Who may do what, changed: power grows when a second administrator agrees, and shrinks on one's word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError, NotPermittedError
from workflow_engine.domain.events_organisation import OrganisationChanged, changed
from workflow_engine.domain.organisation_commands import DecideProposal, GiveGrant, ProposePower, RevokeGrant
from workflow_engine.domain.organisation_rows import PERSON, UNIT, as_json
from workflow_engine.domain.permissions import HOLDERS, POWER, SCOPED, require_permission
from workflow_engine.handlers import power
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.organisation import recorded
from workflow_engine.storage import grants, proposals
from workflow_engine.storage import organisation as store
from workflow_engine.storage.grants import Grant
from workflow_engine.storage.proposals import Proposal

_ADMINISTER = "organisation.administer"
GRANT, MEMBERSHIP = "grant", "membership"
_LONGEST_HOLDER = 150


def propose_power(work: Handling, command: ProposePower) -> Receipt:
    """Ask for more power for somebody else; nothing changes yet."""
    what = "propose a grant or a membership"
    require_permission(work.actor, _ADMINISTER, what)
    if not command.reason.strip():
        raise InvalidVariablesError(f"Expected a reason to {what}.", {"reason": "a reason is needed"})
    content = _content(work, command.kind, command.content)
    _refuse_for_oneself(work, content, what)
    proposals.add_proposal(
        work.unit,
        Proposal(command.proposal_id, command.kind, content, command.reason, "open", work.actor.actor_id, work.now),
    )
    event = changed("proposal", command.proposal_id, None, {"kind": command.kind, **content}, command.reason)
    return recorded(work, _some(event), {"proposal_id": command.proposal_id})


def decide_proposal(work: Handling, command: DecideProposal) -> Receipt:
    """A second administrator agrees or declines; who proposed it may only withdraw it."""
    what = f"decide proposal {command.proposal_id}"
    require_permission(work.actor, _ADMINISTER, what)
    found = proposals.find_proposal(work.unit, command.proposal_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is none.")
    if command.decision not in ("agreed", "declined", "withdrawn"):
        raise InvalidVariablesError("Expected agreed, declined or withdrawn.", {"decision": "one of the three"})
    if found.state != "open":
        raise InvalidStateError(f"Expected to {what}, but it was {found.state} already.", state=found.state)
    is_own = found.proposed_by == work.actor.actor_id
    if is_own and command.decision != "withdrawn":
        raise NotPermittedError(f"Expected to {what}, but who proposed it cannot: another administrator must.")
    if not is_own and command.decision == "withdrawn":
        raise NotPermittedError(f"Expected to {what}, but only who proposed it can withdraw it.")
    if command.decision == "agreed":
        _refuse_for_oneself(work, found.content, what)
    proposals.decide(work.unit, found.proposal_id, command.decision, work.actor.actor_id, work.now)
    decided = changed("proposal", found.proposal_id, {"state": "open"}, {"state": command.decision}, command.reason)
    events = _some(decided)
    if command.decision == "agreed":
        content = _content(work, found.kind, found.content)  # as things are now
        events += _carry_out(work, found.kind, content, found.reason)
    return recorded(work, events, {"proposal_id": found.proposal_id, "state": command.decision})


def give_grant(work: Handling, command: GiveGrant) -> Receipt:
    """Grant at once what gives no power over others."""
    require_permission(work.actor, _ADMINISTER, "grant a right")
    if command.verb in POWER and not work.actor.is_system:
        raise NotPermittedError(
            f"Expected to grant {command.verb}, but that gives power over others: propose it, and a second "
            "administrator agrees.",
            verb=command.verb,
        )
    names = ("holder", "verb", "unit_id", "process_id")
    content = _content(work, GRANT, {name: getattr(command, name) for name in names})
    events = _carry_out(work, GRANT, content, command.reason)
    if not events:
        work.unchanged = True
        return Receipt(command_id=command.command_id, result={"grant_id": Grant(**content).grant_id})
    return recorded(work, events, {"grant_id": Grant(**content).grant_id})


def revoke_grant(work: Handling, command: RevokeGrant) -> Receipt:
    """Take a grant back; not the last that lets anybody administer the organisation."""
    what = "take a grant back"
    require_permission(work.actor, _ADMINISTER, what)
    found = grants.find_grant(work.unit, command.grant_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but it is not there (any more).")
    before = power.administrators(work)
    grants.drop_grant(work.unit, command.grant_id)
    power.require_some_left(work, before)
    event = changed(GRANT, command.grant_id, _told(found), None, command.reason)
    return recorded(work, _some(event), {"grant_id": command.grant_id})


def _content(work: Handling, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """The content with nothing but what belongs there. Raises InvalidVariablesError."""
    if kind == GRANT:
        return _grant_content(work, content)
    if kind == MEMBERSHIP:
        made = {name: str(content.get(name) or "").strip() for name in ("person_id", "group_id")}
        problems = {}
        person = store.find_row(work.unit, PERSON, made["person_id"])
        if person is None or person["disabled"]:
            problems["person_id"] = "there is no such person"
        if not 0 < len(made["group_id"]) <= _LONGEST_HOLDER or made["group_id"].startswith(("unit:", "user:", "*")):
            problems["group_id"] = "a role or group"
        if problems:
            raise InvalidVariablesError("Expected a person and a group.", problems)
        return made
    raise InvalidVariablesError("Expected a grant or a membership.", {"kind": "grant or membership"})


def _grant_content(work: Handling, content: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: str(content.get(name) or "").strip() or None for name in ("holder", "verb", "unit_id", "process_id")}
    problems = {}
    verb = made["verb"]
    if made["holder"] is None or len(made["holder"]) > _LONGEST_HOLDER:
        problems["holder"] = "a person or group"
    if verb not in HOLDERS:
        problems["verb"] = "one of the rights"
    if made["unit_id"] is not None and store.find_row(work.unit, UNIT, made["unit_id"]) is None:
        problems["unit_id"] = "there is no such unit"
    if verb is not None and verb not in SCOPED and (made["unit_id"] or made["process_id"]):
        problems["unit_id"] = "this right is held everywhere or not at all"
    if problems:
        raise InvalidVariablesError("Expected a grant that can be.", problems)
    return made


def _refuse_for_oneself(work: Handling, content: Mapping[str, Any], what: str) -> None:
    if work.actor.actor_id in (content.get("holder"), content.get("person_id")):
        raise NotPermittedError(f"Expected to {what}, but nobody gives power to themselves.")


def _carry_out(work: Handling, kind: str, content: Mapping[str, Any], reason: str) -> list[OrganisationChanged]:
    if kind == GRANT:
        grant = Grant(**content)
        if not grants.add_grant(work.unit, grant):
            return []
        return _some(changed(GRANT, grant.grant_id, None, _told(grant), reason))
    before = store.find_row(work.unit, PERSON, content["person_id"])
    if before is None:
        raise NotFoundError(f"Expected a person {content['person_id']}, but there is none.")
    after = {**before, "groups": tuple(sorted({*before["groups"], content["group_id"]}))}
    store.put_rows(work.unit, PERSON, [after])
    return _some(changed(PERSON.name, content["person_id"], as_json(before), as_json(after), reason))


def _told(grant: Grant) -> dict[str, Any]:
    return {name: value for name, value in grant.values().items() if name != "grant_id" and value is not None}


def _some(event: OrganisationChanged | None) -> list[OrganisationChanged]:
    return [] if event is None else [event]
