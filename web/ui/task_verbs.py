"""What can be done with a task besides completing it: a table of verbs, each with its small form and its reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.i18n import marked
from web.permissions import require_verb
from web.presenters.choosing_people import all_chosen, chosen, find_subjects
from web.presenters.picking import PEOPLE, PICKS, options
from web.ui.requests import command_id, one_of, optional_reason, required_reason
from web.ui.tasks import get_task, render_task
from workflow_engine import (
    CLOCK_CAUSES,
    AddComment,
    AddInstance,
    AnswerDelegation,
    AskOpinions,
    ClaimUserTask,
    Command,
    CopyCase,
    DelegateUserTask,
    DiscardDraft,
    EngineError,
    GiveOpinion,
    InvalidVariablesError,
    ReleaseUserTask,
    RemoveSigner,
    ReturnUserTask,
    SaveDraft,
    StartClock,
    StopClock,
    TakeBackDelegation,
    TakeBackUserTask,
    TransferUserTask,
    UrgeUserTask,
    UserTaskRow,
    new_id,
)

blueprint = Blueprint("task_verbs", __name__)
_MENTION = re.compile(r"@([\w.-]{2,60})")
LONGEST_TEXT = 5_000
Read = Callable[[], Any]
"""Reads one field of the command out of the form; raises InvalidVariablesError where it is wrong."""


@dataclass(frozen=True, slots=True)
class VerbForm:
    """One verb: what its form is read into, and what is said and shown once it is done.

    Who may use it is the engine's to say (``TaskWork.verbs``, and the handler again).
    """

    key: str
    """Of the verb in ``presenters.task_work``, and name of the route."""
    command: Callable[[UserTaskRow], Command]
    said: str
    then: Literal["task", "comments", "inbox", "offered"] = "task"
    """The page that follows."""
    path: str = ""
    """Where it is not the key."""


# ------------------------------------------------------------------------------------------------ fields of the forms
def _to(kind: Callable[..., Command], **fields: Read) -> Callable[[UserTaskRow], Command]:
    """A command to the task, its fields read in this order."""

    def made(task: UserTaskRow) -> Command:
        read = {name: field() for name, field in fields.items()}
        return kind(command_id=command_id(), user_task_id=task.user_task_id, **read)

    return made


def _whom(*, groups: bool) -> str:
    given = [text for text in request.form.getlist("to") if text.strip()]
    return chosen(given[0] if given else "", "to", groups=groups)


def _all() -> tuple[str, ...]:
    return all_chosen(request.form.getlist("to"), "to", groups=True)


_person, _subject = partial(_whom, groups=False), partial(_whom, groups=True)


def _typed(name: str) -> Read:
    return lambda: request.form.get(name, "")


def _agrees() -> bool:
    agrees = request.form.get("agrees")
    if agrees not in ("yes", "no"):
        message = _("Say whether you agree.")
        raise InvalidVariablesError(message, {"agrees": message})
    return agrees == "yes"


def _step() -> str:
    to_task = request.form.get("to_task", "")
    if not to_task:
        message = _("Choose the step.")
        raise InvalidVariablesError(message, {"to_task": message})
    return to_task


def _sign(task: UserTaskRow) -> Command:
    """Signers, or a further person of a joint task."""
    if request.form.get("place") == "instance":
        return _to(AddInstance, person=_person, reason=required_reason)(task)
    return _to(AskOpinions, place=_typed("place"), subjects=_all, reason=required_reason)(task)


def _copy(task: UserTaskRow) -> Command:
    return _to(CopyCase, case_id=lambda: task.case_id, subjects=_all, reason=required_reason)(task)


def _stop_clock(task: UserTaskRow) -> Command:
    return _to(StopClock, case_id=lambda: task.case_id, cause=_cause, reason=required_reason)(task)


def _cause() -> str:
    cause = request.form.get("cause", "")
    if cause not in CLOCK_CAUSES:
        message = _("Choose what it waits for.")
        raise InvalidVariablesError(message, {"cause": message})
    return cause


def _start_clock(task: UserTaskRow) -> Command:
    return _to(StartClock, case_id=lambda: task.case_id, reason=_typed("reason"))(task)


def _comment(task: UserTaskRow) -> Command:
    """``@name`` tells somebody."""
    text = request.form.get("text", "").strip()[:LONGEST_TEXT]
    if not text:
        raise InvalidVariablesError(_("Write something."), {"text": _("This is needed.")})
    mentions = tuple(dict.fromkeys(chosen(f"({name})", "text", groups=False) for name in _MENTION.findall(text)))
    return AddComment(
        command_id=command_id(), case_id=task.case_id, user_task_id=task.user_task_id, text=text, mentions=mentions
    )


# ------------------------------------------------------------------------------------------------ the table
VERB_FORMS = (
    VerbForm("claim", _to(ClaimUserTask, on_behalf_of=lambda: request.form.get("on_behalf_of") or None,
                          reason=optional_reason), ""),
    VerbForm("release", _to(ReleaseUserTask, reason=required_reason), marked("You gave the task back."),
             "offered"),
    VerbForm("transfer", _to(TransferUserTask, to=_subject, reason=required_reason),
             marked("The task was handed over."), "inbox"),
    VerbForm("delegate", _to(DelegateUserTask, to=_person, reason=required_reason),
             marked("The task was delegated. It comes back to you with an answer.")),
    VerbForm("answer", _to(AnswerDelegation, answer=required_reason),
             marked("Your answer went back with the task."), "inbox"),
    VerbForm("take_back_delegation", _to(TakeBackDelegation, reason=required_reason),
             marked("The task is yours again."), path="take-back-delegation"),
    VerbForm("sign", _sign, marked("The signers were asked.")),
    VerbForm("give_opinion", _to(GiveOpinion, agrees=_agrees, opinion=required_reason),
             marked("Your opinion is recorded."), "inbox", path="opinion"),
    VerbForm("remove_signer", _to(RemoveSigner, reason=required_reason, opinion_id=_typed("opinion_id")),
             marked("The signer is asked no more."), path="remove-signer"),
    VerbForm("return", _to(ReturnUserTask, to_task=_step, reason=required_reason,
                           come_back=lambda: request.form.get("come_back") == "yes"),
             marked("The case went back to the step you chose."), "inbox"),
    VerbForm("take_back", _to(TakeBackUserTask, reason=required_reason),
             marked("The task is yours again."), "inbox", path="take-back"),
    VerbForm("stop_clock", _stop_clock, marked("The clock stands. Let it run again when it goes on."),
             path="stop-clock"),
    VerbForm("start_clock", _start_clock, marked("The clock runs again, and the deadline has moved."),
             path="start-clock"),
    VerbForm("copy", _copy, marked("The copies were sent.")),
    VerbForm("urge", _to(UrgeUserTask, reason=required_reason), marked("Whoever has the task was told.")),
    VerbForm("comment", _comment, marked("Your comment was added."), "comments"),
)  # fmt: skip
"""Every verb that is sent from a form of its own on the task page."""


def _do(verb: VerbForm, user_task_id: str) -> AnyResponse:
    """Send the command that is read out of the form; a refusal shows the form again, as it was typed."""
    task = get_task(user_task_id)
    typed = request.form

    def again(error: EngineError) -> str:
        return render_task(
            get_task(user_task_id), command_id=new_id(), refused=verb.key, refusal=error, verb_typed=typed
        )

    keep_input(again)
    engine().handle(verb.command(task), current_actor())
    if verb.said:
        flash(_(verb.said), "done")
    return redirect(_place_after(verb, user_task_id), 303)


def _place_after(verb: VerbForm, user_task_id: str) -> str:
    match verb.then:
        case "inbox":
            return url_for("inbox.page")
        case "offered":
            return url_for("inbox.page", queue="offered")
        case "comments":
            return url_for("tasks.page", user_task_id=user_task_id, _anchor="comments")
        case _:
            return url_for("tasks.page", user_task_id=user_task_id)


for _verb in VERB_FORMS:
    blueprint.add_url_rule(
        f"/tasks/<user_task_id>/{_verb.path or _verb.key}", _verb.key, partial(_do, _verb), methods=["POST"]
    )


# ------------------------------------------------------------------------------------------------ drafts and people
@blueprint.post("/tasks/<user_task_id>/draft")
def save_draft(user_task_id: str) -> AnyResponse:
    """Keep what was typed so far; a script asks as one types, without one there is a button."""
    content = {name: request.form.getlist(name) for name in request.form if name.startswith("f.")}
    continues = request.form.get("draft_version", "0")
    command = SaveDraft(
        command_id=new_id(),
        user_task_id=user_task_id,
        content=content,
        continues=int(continues) if continues.isascii() and continues.isdigit() and len(continues) < 8 else 0,
    )
    if request.headers.get("X-Draft") != "auto":
        keep_input(lambda error: render_task(get_task(user_task_id), command_id=new_id(), error=error,
                                             typed=request.form))  # fmt: skip
    receipt = engine().handle(command, current_actor())
    if request.headers.get("X-Draft") == "auto":
        return Response(str(receipt.result["version"]), mimetype="text/plain")
    flash(_("Your draft is kept. Only you see it."), "done")
    return redirect(url_for("tasks.page", user_task_id=user_task_id), 303)


@blueprint.post("/tasks/<user_task_id>/draft/discard")
def discard_draft(user_task_id: str) -> AnyResponse:
    """Forget what was typed."""
    engine().handle(DiscardDraft(command_id=command_id(), user_task_id=user_task_id), current_actor())
    return redirect(url_for("tasks.page", user_task_id=user_task_id), 303)


@blueprint.get("/people/options")
def people_options() -> str:
    """Whom the typed letters may mean, as options of a list."""
    words = request.args.get("q", "")[:60]
    found: list[Any] = find_subjects(words, groups=request.args.get("groups") == "yes")
    return render_template("fragments/people_options.html", found=found)


@blueprint.get("/people/picks")
def pick_options() -> str:
    """Which people, units or groups the typed letters may mean, as ids with their names."""
    words, pick = request.args.get("q", "")[:60], one_of("of", PICKS, PEOPLE)
    if pick != PEOPLE:
        require_verb("organisation.see")
    return render_template("fragments/pick_options.html", found=options(pick, words))
