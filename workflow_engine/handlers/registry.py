"""Which function handles which command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workflow_engine.domain import access_commands as a
from workflow_engine.domain import alert_source_commands as als
from workflow_engine.domain import analysis_commands as n
from workflow_engine.domain import audit_commands as u
from workflow_engine.domain import ballot_commands as v
from workflow_engine.domain import commands as c
from workflow_engine.domain import conflict_commands as f
from workflow_engine.domain import consultation_commands as q
from workflow_engine.domain import deadline_commands as h
from workflow_engine.domain import desk_commands as d
from workflow_engine.domain import destruction_commands as ds
from workflow_engine.domain import exercise_commands as ex
from workflow_engine.domain import finding_commands as fi
from workflow_engine.domain import hot_spot_commands as hs
from workflow_engine.domain import indicator_commands as x
from workflow_engine.domain import intake_commands as k
from workflow_engine.domain import internal_commands as i
from workflow_engine.domain import keeping_commands as e
from workflow_engine.domain import model_commands as m
from workflow_engine.domain import operation_commands as p
from workflow_engine.domain import organisation_commands as o
from workflow_engine.domain import rehearsal_commands as rh
from workflow_engine.domain import service_category_commands as g
from workflow_engine.domain import situation_report_commands as sr
from workflow_engine.domain import supervision_commands as s
from workflow_engine.domain import telling_commands as t
from workflow_engine.domain import warning_commands as wa
from workflow_engine.domain import work_commands as w
from workflow_engine.domain.commands import Command, Receipt
from workflow_engine.domain.emergency_commands import CallAgain, CallNext
from workflow_engine.domain.place_commands import ImportPlaces
from workflow_engine.domain.replanning_commands import ChangeReplanPolicy
from workflow_engine.handlers import (
    access,
    accounts,
    alert_sources,
    alerts,
    analysis,
    ballots,
    batches,
    cases,
    conflicts,
    consultations,
    cosigning,
    deadlines,
    definitions,
    deliveries,
    deploying,
    desk,
    destruction,
    drafts,
    emergencies,
    exercises,
    exports,
    findings,
    granting,
    hands,
    hot_spots,
    indicator_inputs,
    indicators,
    jobs,
    keeping,
    messages,
    model_work,
    operating,
    organisation,
    parameters,
    places,
    readings,
    rehearsals,
    returning,
    service_categories,
    setting_changes,
    sharing,
    signals,
    signers,
    situation_reports,
    spreading,
    start_timers,
    supervised,
    supervision,
    telling,
    timers,
    user_tasks,
    warnings,
)
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.replanning import REPLANNING_HANDLERS
from workflow_engine.handlers.replanning_desk import prepare_policy
from workflow_engine.handlers.resource_handlers import RESOURCE_HANDLERS
from workflow_engine.handlers.service_request_handlers import SERVICE_REQUEST_HANDLERS

Handler = Callable[[Handling, Any], Receipt]
Preparation = Callable[[Any], Any]

HANDLERS: dict[type[Command], Handler] = {
    c.DeployDefinition: definitions.deploy_definition,
    c.ReleaseDefinition: definitions.release_definition,
    c.RetireDefinition: definitions.retire_definition,
    c.StartCase: cases.start_case,
    c.CancelCase: cases.cancel_case,
    c.SuspendCase: cases.suspend_case,
    c.ResumeCase: cases.resume_case,
    c.ChangeVariables: cases.change_variables,
    c.RetryIncident: cases.retry_incident,
    c.ClaimUserTask: user_tasks.claim_user_task,
    c.ReleaseUserTask: user_tasks.release_user_task,
    c.AssignUserTask: user_tasks.assign_user_task,
    c.CompleteUserTask: user_tasks.complete_user_task,
    c.FireTimer: timers.fire_timer,
    i.ClaimTimers: timers.claim_timers,
    i.FireStartTimer: start_timers.fire_start_timer,
    c.PublishMessage: messages.publish_message,
    c.CorrelateMessage: messages.correlate_message,
    i.RouteMessage: messages.route_message,
    i.ExpireMessages: messages.expire_messages,
    c.BroadcastSignal: signals.broadcast_signal,
    c.DeliverSignal: signals.deliver_signal,
    i.FanOutSignal: signals.fan_out_signal,
    i.RetryDelivery: deliveries.retry_delivery,
    c.LockJobs: jobs.lock_jobs,
    c.CompleteJob: jobs.complete_job,
    c.FailJob: jobs.fail_job,
    c.ThrowJobError: jobs.throw_job_error,
    h.StopClock: deadlines.stop_clock,
    h.StartClock: deadlines.start_clock,
    h.ReckonDeadlines: deadlines.reckon_deadlines,
    p.ModifyCase: operating.modify_case,
    p.MigrateCase: operating.migrate_case,
    p.CreateBatch: batches.create_batch,
    p.PauseBatch: batches.pause_batch,
    p.ContinueBatch: batches.continue_batch,
    p.StopBatch: batches.stop_batch,
    p.ClaimBatchItems: batches.claim_batch_items,
    p.SettleBatchItems: batches.settle_batch_items,
    w.TransferUserTask: hands.transfer_user_task,
    w.DelegateUserTask: hands.delegate_user_task,
    w.AnswerDelegation: hands.answer_delegation,
    w.TakeBackDelegation: hands.take_back_delegation,
    w.UrgeUserTask: hands.urge_user_task,
    w.AskOpinions: signers.ask_opinions,
    w.GiveOpinion: signers.give_opinion,
    w.RemoveSigner: signers.remove_signer,
    w.AddInstance: signers.add_instance,
    w.RemoveInstance: signers.remove_instance,
    w.ReturnUserTask: returning.return_user_task,
    w.TakeBackUserTask: returning.take_back_user_task,
    f.DeclareCaseConflict: conflicts.declare_case_conflict,
    f.LiftCaseConflict: conflicts.lift_case_conflict,
    w.CopyCase: sharing.copy_case,
    w.MarkCopiesRead: sharing.mark_copies_read,
    w.AddComment: sharing.add_comment,
    w.AddAttachment: sharing.add_attachment,
    w.RemoveAttachment: sharing.remove_attachment,
    w.SaveDraft: drafts.save_draft,
    w.DiscardDraft: drafts.discard_draft,
    w.MarkNotesRead: drafts.mark_notes_read,
    k.ImportAlert: alerts.import_alert,
    x.FollowRecord: indicators.follow_record,
    x.DefineIndicators: indicators.define_indicators,
    x.RetireIndicator: indicators.retire_indicator,
    x.EnterIndicatorInputs: indicator_inputs.enter_inputs,
    x.CorrectIndicator: indicators.correct_indicator,
    x.CommentIndicator: indicators.comment_indicator,
    x.AnswerIndicatorComment: indicators.answer_comment,
    wa.LiftWarning: warnings.lift_warning,
    wa.SettleWarning: warnings.settle_warning,
    sr.SendSituationReport: situation_reports.send_situation_report,
    sr.ConfirmReportReceived: situation_reports.confirm_report_received,
    sr.CorrectSituationReport: situation_reports.correct_situation_report,
    sr.DecideReportCorrection: situation_reports.decide_report_correction,
    sr.KeepBriefing: situation_reports.keep_briefing,
    als.SetAlertSource: alert_sources.set_alert_source,
    als.PauseAlertSource: alert_sources.pause_alert_source,
    als.ResumeAlertSource: alert_sources.resume_alert_source,
    als.RemoveAlertSource: alert_sources.remove_alert_source,
    als.PollAlertSource: alert_sources.poll_alert_source,
    als.TakeAlertSources: alert_sources.take_alert_sources,
    als.SettleAlertPoll: alert_sources.settle_alert_poll,
    m.KeepModelWork: model_work.keep_model_work,
    m.DiscardModelWork: model_work.discard_model_work,
    k.LoadOrganisation: organisation.load_organisation,
    o.ProposePower: granting.propose_power,
    o.DecideProposal: granting.decide_proposal,
    o.GiveGrant: granting.give_grant,
    o.RevokeGrant: granting.revoke_grant,
    o.ChangePassword: accounts.change_password,
    o.ResetPassword: accounts.reset_password,
    o.BindAccount: accounts.bind_account,
    o.ChangeProfile: setting_changes.change_profile,
    o.ChangeCalendar: setting_changes.change_calendar,
    o.SetParameters: parameters.set_parameters,
    g.ChangeServiceCategories: service_categories.change_service_categories,
    ImportPlaces: places.import_places,
    o.NoteReading: readings.note_reading,
    t.AddWebhook: telling.add_webhook,
    t.PauseWebhook: telling.pause_webhook,
    t.ResumeWebhook: telling.resume_webhook,
    t.RemoveWebhook: telling.remove_webhook,
    t.ChooseMail: telling.choose_mail,
    t.SendAgain: telling.send_again,
    t.PrepareDigests: spreading.prepare_digests,
    t.SpreadEvents: spreading.spread_events,
    t.CleanDeliveries: telling.clean_deliveries,
    t.TakeDeliveries: telling.take_deliveries,
    t.SettleDelivery: telling.settle_delivery,
    u.AddCosignature: cosigning.add_cosignature,
    u.NoteExport: exports.note_export,
    e.HoldCase: keeping.hold_case,
    e.LiftHold: keeping.lift_hold,
    e.RemoveCase: keeping.remove_case,
    fi.AddFinding: findings.add_finding,
    ds.ErasePersonalData: destruction.erase_personal_data,
    ds.ContinueDestruction: destruction.continue_destruction,
    ds.FinishDestruction: destruction.finish_destruction,
    ds.NoteDestructionCheck: destruction.note_check,
    ds.ForgetTraces: destruction.forget_traces,
    a.CreateApiToken: access.create_api_token,
    a.RevokeApiToken: access.revoke_api_token,
    n.ReadPaths: analysis.read_paths,
    n.DrawSample: analysis.draw_sample,
    n.AskDepartment: analysis.ask_department,
    ex.PlanExercise: exercises.plan_exercise,
    ex.StartExercise: exercises.start_exercise,
    ex.PauseExercise: exercises.pause_exercise,
    ex.InjectNow: exercises.inject_now,
    ex.SkipInject: exercises.skip_inject,
    ex.ObserveExercise: exercises.observe_exercise,
    ex.EndExercise: exercises.end_exercise,
    rh.AskForRehearsal: rehearsals.ask_for_rehearsal,
    rh.BeginRehearsal: rehearsals.begin_rehearsal,
    rh.EndRehearsal: rehearsals.end_rehearsal,
    rh.CancelRehearsal: rehearsals.cancel_rehearsal,
    rh.RemoveRehearsal: rehearsals.remove_rehearsal,
    hs.CountHotSpots: hot_spots.count_hot_spots,
    hs.RaiseTopic: hot_spots.raise_topic,
    hs.DismissHotSpot: hot_spots.dismiss_hot_spot,
    q.SubmitOpinion: consultations.submit_opinion,
    q.ModerateOpinions: consultations.moderate_opinions,
    q.AnswerOpinions: consultations.answer_opinions,
    q.ExtendConsultation: consultations.extend_consultation,
    q.WithdrawConsultation: consultations.withdraw_consultation,
    s.IssueNotice: supervision.issue_notice,
    s.AnswerNotice: supervision.answer_notice,
    s.AcceptAnswer: supervision.accept_answer,
    s.RejectAnswer: supervision.reject_answer,
    s.WithdrawNotice: supervision.withdraw_notice,
    s.RemindOfNotice: supervision.remind_of_notice,
    s.MarkNoticeOverdue: supervision.mark_notice_overdue,
    s.FollowSupervision: supervised.follow_supervision,
    d.SaveView: desk.save_view,
    d.ChangeView: desk.change_view,
    d.DeleteView: desk.delete_view,
    d.SetPreferences: desk.set_preferences,
    v.CastVote: ballots.cast_vote,
    v.PrepareVote: ballots.prepare_vote,
    v.RecuseVoter: ballots.recuse_voter,
    v.MarkAbsent: ballots.mark_absent,
    v.GiveMandate: ballots.give_mandate,
    v.AmendText: ballots.amend_text,
    v.BreakTie: ballots.break_tie,
    v.SettleBallot: ballots.settle_ballot,
    **RESOURCE_HANDLERS,
    **SERVICE_REQUEST_HANDLERS,
    **REPLANNING_HANDLERS,
    CallNext: emergencies.call_next,
    CallAgain: emergencies.call_again,
}
PREPARATIONS: dict[type[Command], Preparation] = {
    c.DeployDefinition: deploying.prepare,
    ImportPlaces: places.prepare,
    ChangeReplanPolicy: prepare_policy,
}
"""Work before the transaction: reading files in a child process."""
REPLAYS: dict[type[Command], Handler] = {
    c.LockJobs: jobs.locked_again,
    w.SaveDraft: drafts.saved_again,
    v.CastVote: ballots.cast_again,
}
"""Answers to a repeated command that left no entry in the record."""
