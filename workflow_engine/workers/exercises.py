"""Lets exercises go on: brings injects that are due, plays simulated participants and the world outside, tidies up.

Every command has an id that stands for what it does, so that however many workers look, it takes effect once.
"""

from __future__ import annotations

import logging
from collections import Counter
from hashlib import sha256

from workflow_engine.domain.actors import WORKER, Actor
from workflow_engine.domain.commands import CancelCase, Command, CompleteJob, CompleteUserTask
from workflow_engine.domain.errors import NotPermittedError, RejectedError
from workflow_engine.domain.exercise_commands import InjectNow, ObserveExercise, SkipInject
from workflow_engine.domain.exercises import EVERYBODY, Answer
from workflow_engine.engine import Engine
from workflow_engine.queries.exercises import ExerciseStory, ExerciseTask

log = logging.getLogger(__name__)

REST_SECONDS = 1.0
OVER = "演练结束 The exercise is over"


class ExerciseRunner:
    """``run_once`` does what is due; what is refused is noted where the controllers read it, and not tried again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._refused: set[str] = set()

    def run_once(self) -> int:
        """Returns how much was done."""
        done = sum(self._inject(story) + self._participate(story) for story in self._engine.queries.exercises.running())
        return done + self._answer_jobs() + self._tidy_up()

    def _inject(self, story: ExerciseStory) -> int:
        now = story.running.seconds(self._engine.clock.now())
        done = 0
        for inject in story.injects:
            if inject.state != "waiting" or inject.at_seconds > now:
                continue
            ids = {"exercise_id": story.row.exercise_id, "number": inject.number}
            about = (story.row.exercise_id, "inject", str(inject.number))
            try:
                self._engine.handle(InjectNow(command_id=_id(*about), **ids), WORKER)  # type: ignore[arg-type]
            except RejectedError as refused:
                skip = SkipInject(command_id=_id(*about, "failed"), reason=str(refused)[:2000], failed=True, **ids)  # type: ignore[arg-type]
                self._engine.handle(skip, WORKER)
            done += 1
        return done

    def _participate(self, story: ExerciseStory) -> int:
        """One step of every simulated participant whose time has come."""
        if not story.simulated or not story.answers:
            return 0
        now, done = self._engine.clock.now(), 0
        before = Counter((task.case_id, task.element_id) for task in story.tasks if task.state == "completed")
        for task in story.tasks:
            answer = _answer(story, task, before[task.case_id, task.element_id])
            if answer is None or task.user_task_id in self._refused:
                continue
            waited = story.running.seconds(now) - story.running.seconds(task.created_at)
            if waited < answer.after or (actor := self._somebody(story, task, answer)) is None:
                continue
            command = CompleteUserTask(
                command_id=_id(story.row.exercise_id, "answer", task.user_task_id), user_task_id=task.user_task_id,
                variables=answer.form,
            )  # fmt: skip
            done += self._try(story, command, actor, task.user_task_id)
        return done

    def _try(self, story: ExerciseStory, command: Command, actor: Actor, about: str) -> int:
        try:
            self._engine.handle(command, actor)
        except RejectedError as refused:
            self._refused.add(about)
            note = ObserveExercise(
                command_id=_id(story.row.exercise_id, "refused", about), exercise_id=story.row.exercise_id,
                text=f"{about}: {refused}"[:2000],
            )  # fmt: skip
            self._engine.handle(note, WORKER)
        return 1

    def _somebody(self, story: ExerciseStory, task: ExerciseTask, answer: Answer) -> Actor | None:
        """Who is named, else whoever of a simulated group it is offered to."""
        queries = self._engine.queries
        everybody = EVERYBODY in story.simulated
        wanted = [group for group in task.groups if everybody or group in story.simulated]
        if answer.who is not None and wanted:
            return queries.organisation.find_actor(answer.who)
        for group in wanted:
            for person in queries.list_people(group):
                actor = queries.organisation.find_actor(person.person_id)
                if actor is not None:
                    return actor
        return None

    def _answer_jobs(self) -> int:
        """Nothing of an exercise reaches the world outside: its script answers, or else nobody does anything."""
        done = 0
        for job in self._engine.queries.exercises.outside_jobs():
            about = f"{job.case_id}.{job.token_id}"
            if about in self._refused:
                continue
            answers = job.answers.get(job.element_id)
            command = CompleteJob(
                command_id=_id("job", about), case_id=job.case_id, token_id=job.token_id, lock_token=None,
                variables={} if not answers else answers[0].form,
            )  # fmt: skip
            try:
                self._engine.handle(command, WORKER)
                done += 1
            except RejectedError:
                log.info("exercise: job %s of an exercise could not be answered", about, exc_info=True)
                self._refused.add(about)
        return done

    def _tidy_up(self) -> int:
        done = 0
        for case_id in self._engine.queries.exercises.left_over():
            if case_id in self._refused:
                continue
            try:
                self._engine.handle(CancelCase(command_id=_id("over", case_id), case_id=case_id, reason=OVER), WORKER)
                done += 1
            except (RejectedError, NotPermittedError):
                log.info("exercise: case %s could not be cancelled", case_id, exc_info=True)
                self._refused.add(case_id)
        return done


def _answer(story: ExerciseStory, task: ExerciseTask, times_before: int) -> Answer | None:
    """How a simulated participant completes this task; None where a person does, or nobody knows how."""
    ways = story.answers.get(task.element_id)
    if task.state != "ready" or not ways:
        return None
    return ways[min(times_before, len(ways) - 1)]


def _id(*about: str) -> str:
    return f"exercise-{sha256('/'.join(about).encode()).hexdigest()[:40]}"
