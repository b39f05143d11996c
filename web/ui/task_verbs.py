"""What can be done with a task besides completing it: one small form per verb, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import require_verb
from web.presenters.choosing_people import all_chosen, chosen, find_subjects
from web.presenters.picking import PEOPLE, PICKS, options
from web.ui.requests import command_id, one_of, required_reason
from web.ui.tasks import get_task, render_task
from workflow_engine import (
    AddComment,
    AddInstance,
    AnswerDelegation,
    AskOpinions,
    Command,
    CopyCase,
    DelegateUserTask,
    DiscardDraft,
    EngineError,
    GiveOpinion,
    InvalidVariablesError,
    RemoveSigner,
    ReturnUserTask,
    SaveDraft,
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


def _do(
    user_task_id: str, verb: str, make: Callable[[UserTaskRow], Command], said: str, target: str = ""
) -> AnyResponse:
    """Send the command that ``make`` reads out of the form; a refusal shows the form again, as it was typed."""
    task = get_task(user_task_id)
    typed = request.form

    def again(error: EngineError) -> str:
        return render_task(get_task(user_task_id), command_id=new_id(), refused=verb, refusal=error, verb_typed=typed)

    keep_input(again)
    engine().handle(make(task), current_actor())
    flash(said, "done")
    return redirect(target or url_for("tasks.page", user_task_id=user_task_id), 303)


@blueprint.post("/tasks/<user_task_id>/transfer")
def transfer(user_task_id: str) -> AnyResponse:
    """Hand the task over for good."""
    return _do(
        user_task_id,
        "transfer",
        lambda task: TransferUserTask(
            command_id=command_id(), user_task_id=task.user_task_id, to=_whom(groups=True), reason=required_reason()
        ),
        _("The task was handed over."),
        url_for("inbox.page"),
    )


@blueprint.post("/tasks/<user_task_id>/delegate")
def delegate(user_task_id: str) -> AnyResponse:
    """Have somebody prepare the task."""
    return _do(
        user_task_id,
        "delegate",
        lambda task: DelegateUserTask(
            command_id=command_id(), user_task_id=task.user_task_id, to=_whom(groups=False), reason=required_reason()
        ),
        _("The task was delegated. It comes back to you with an answer."),
    )


@blueprint.post("/tasks/<user_task_id>/answer")
def answer(user_task_id: str) -> AnyResponse:
    """Answer as a delegate."""
    return _do(
        user_task_id,
        "answer",
        lambda task: AnswerDelegation(
            command_id=command_id(), user_task_id=task.user_task_id, answer=required_reason()
        ),
        _("Your answer went back with the task."),
        url_for("inbox.page"),
    )


@blueprint.post("/tasks/<user_task_id>/take-back-delegation")
def take_back_delegation(user_task_id: str) -> AnyResponse:
    """Take the task back from a delegate."""
    return _do(
        user_task_id,
        "take_back_delegation",
        lambda task: TakeBackDelegation(
            command_id=command_id(), user_task_id=task.user_task_id, reason=required_reason()
        ),
        _("The task is yours again."),
    )


@blueprint.post("/tasks/<user_task_id>/sign")
def sign(user_task_id: str) -> AnyResponse:
    """Add signers, or a further person to a joint task."""

    def made(task: UserTaskRow) -> Command:
        place = request.form.get("place", "")
        if place == "instance":
            return AddInstance(
                command_id=command_id(), user_task_id=task.user_task_id, person=_whom(groups=False),
                reason=required_reason(),
            )  # fmt: skip
        return AskOpinions(
            command_id=command_id(), user_task_id=task.user_task_id, place=place, reason=required_reason(),
            subjects=all_chosen(request.form.getlist("to"), "to", groups=True),
        )  # fmt: skip

    return _do(user_task_id, "sign", made, _("The signers were asked."))


@blueprint.post("/tasks/<user_task_id>/opinion")
def opinion(user_task_id: str) -> AnyResponse:
    """Give the opinion one was asked for."""

    def made(task: UserTaskRow) -> Command:
        agrees = request.form.get("agrees")
        if agrees not in ("yes", "no"):
            message = _("Say whether you agree.")
            raise InvalidVariablesError(message, {"agrees": message})
        return GiveOpinion(
            command_id=command_id(), user_task_id=task.user_task_id, agrees=agrees == "yes", opinion=required_reason()
        )

    return _do(user_task_id, "give_opinion", made, _("Your opinion is recorded."), url_for("inbox.page"))


@blueprint.post("/tasks/<user_task_id>/remove-signer")
def remove_signer(user_task_id: str) -> AnyResponse:
    """Ask a signer no more."""
    return _do(
        user_task_id,
        "remove_signer",
        lambda task: RemoveSigner(
            command_id=command_id(), user_task_id=task.user_task_id, reason=required_reason(),
            opinion_id=request.form.get("opinion_id", ""),
        ),
        _("The signer is asked no more."),
    )  # fmt: skip


@blueprint.post("/tasks/<user_task_id>/return")
def return_(user_task_id: str) -> AnyResponse:
    """Send the case back to an earlier step."""

    def made(task: UserTaskRow) -> Command:
        to_task = request.form.get("to_task", "")
        if not to_task:
            message = _("Choose the step.")
            raise InvalidVariablesError(message, {"to_task": message})
        return ReturnUserTask(
            command_id=command_id(), user_task_id=task.user_task_id, to_task=to_task, reason=required_reason(),
            come_back=request.form.get("come_back") == "yes",
        )  # fmt: skip

    return _do(user_task_id, "return", made, _("The case went back to the step you chose."), url_for("inbox.page"))


@blueprint.post("/tasks/<user_task_id>/take-back")
def take_back(user_task_id: str) -> AnyResponse:
    """Take back what one completed."""
    return _do(
        user_task_id,
        "take_back",
        lambda task: TakeBackUserTask(
            command_id=command_id(), user_task_id=task.user_task_id, reason=required_reason()
        ),
        _("The task is yours again."),
        url_for("inbox.page"),
    )


@blueprint.post("/tasks/<user_task_id>/copy")
def copy(user_task_id: str) -> AnyResponse:
    """Let others read the case."""
    return _do(
        user_task_id,
        "copy",
        lambda task: CopyCase(
            command_id=command_id(), case_id=task.case_id, user_task_id=task.user_task_id, reason=required_reason(),
            subjects=all_chosen(request.form.getlist("to"), "to", groups=True),
        ),
        _("The copies were sent."),
    )  # fmt: skip


@blueprint.post("/tasks/<user_task_id>/urge")
def urge(user_task_id: str) -> AnyResponse:
    """Ask whoever has the task to hurry."""
    return _do(
        user_task_id,
        "urge",
        lambda task: UrgeUserTask(command_id=command_id(), user_task_id=task.user_task_id, reason=required_reason()),
        _("Whoever has the task was told."),
    )


@blueprint.post("/tasks/<user_task_id>/comment")
def comment(user_task_id: str) -> AnyResponse:
    """Say something about the case; ``@name`` tells somebody."""

    def made(task: UserTaskRow) -> Command:
        text = request.form.get("text", "").strip()[:LONGEST_TEXT]
        if not text:
            raise InvalidVariablesError(_("Write something."), {"text": _("This is needed.")})
        mentions = tuple(dict.fromkeys(_mentioned(name) for name in _MENTION.findall(text)))
        return AddComment(
            command_id=command_id(), case_id=task.case_id, user_task_id=task.user_task_id, text=text, mentions=mentions
        )

    target = url_for("tasks.page", user_task_id=user_task_id, _anchor="comments")
    return _do(user_task_id, "comment", made, _("Your comment was added."), target)


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


def _whom(*, groups: bool) -> str:
    given = [text for text in request.form.getlist("to") if text.strip()]
    return chosen(given[0] if given else "", "to", groups=groups)


def _mentioned(name: str) -> str:
    return chosen(f"({name})", "text", groups=False)
