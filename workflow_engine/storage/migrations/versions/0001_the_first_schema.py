"""The first schema"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import append_only, types

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('alert',
    sa.Column('alert_key', sa.String(length=512), nullable=False, comment='sender,identifier,sent'),
    sa.Column('identifier', sa.Text(), nullable=False),
    sa.Column('sender', sa.Text(), nullable=False),
    sa.Column('sent_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('msg_type', sa.String(length=16), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('severity', sa.String(length=16), nullable=True),
    sa.Column('exercise', sa.Boolean(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('case_id', sa.String(length=64), nullable=True),
    sa.Column('superseded_by', sa.String(length=512), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('content', sa.Text(), nullable=False, comment='JSON of the alert'),
    sa.Column('imported_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('imported_by', sa.String(length=200), nullable=False),
    sa.Column('disposition', sa.String(length=32), nullable=False),
    sa.CheckConstraint("msg_type IN ('Alert', 'Update', 'Cancel', 'Ack', 'Error')", name=op.f('ck_alert_msg_type_known')),
    sa.CheckConstraint("status IN ('Actual', 'Exercise', 'System', 'Test', 'Draft')", name=op.f('ck_alert_status_known')),
    sa.PrimaryKeyConstraint('alert_key', name=op.f('pk_alert'))
    )
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.create_index('ix_alert_case', ['case_id'], unique=False)
        batch_op.create_index('ix_alert_imported', ['imported_at', 'alert_key'], unique=False)

    op.create_table('audit_entry',
    sa.Column('stream_id', sa.String(length=200), nullable=False, comment='a case id, or the id of a stream'),
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('prev', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('command_id', sa.String(length=64), nullable=False),
    sa.Column('at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('actor', sa.String(length=200), nullable=False),
    sa.Column('body', sa.Text(), nullable=False, comment='canonical JSON, exactly as hashed'),
    sa.CheckConstraint('seq >= 1', name=op.f('ck_audit_entry_seq_from_one')),
    sa.PrimaryKeyConstraint('stream_id', 'seq', name=op.f('pk_audit_entry')),
    sa.UniqueConstraint('command_id', name=op.f('uq_audit_entry_command_id'))
    )
    op.create_table('command',
    sa.Column('command_id', sa.String(length=64), nullable=False),
    sa.Column('request_digest', sa.String(length=64), nullable=False),
    sa.Column('actor', sa.String(length=200), nullable=False),
    sa.Column('at', types.UTCDateTime(length=27), nullable=False),
    sa.PrimaryKeyConstraint('command_id', name=op.f('pk_command')),
    sqlite_with_rowid=False
    )
    op.create_table('definition',
    sa.Column('definition_id', sa.String(length=64), nullable=False, comment='SHA-256 of all files'),
    sa.Column('process_id', sa.String(length=200), nullable=False, comment='the first executable process of the file'),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('deployed_by', sa.String(length=200), nullable=False),
    sa.Column('deployed_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('released_by', sa.String(length=200), nullable=True),
    sa.Column('released_at', types.UTCDateTime(length=27), nullable=True),
    sa.Column('retired_by', sa.String(length=200), nullable=True),
    sa.Column('retired_at', types.UTCDateTime(length=27), nullable=True),
    sa.Column('model', sa.LargeBinary(), nullable=False, comment='bpmn.model.Model as JSON'),
    sa.Column('decisions', sa.LargeBinary(), nullable=False, comment='JSON of every DMN file'),
    sa.Column('problems', sa.LargeBinary(), nullable=False, comment='JSON: warnings and infos of the lint'),
    sa.CheckConstraint("state <> 'released' OR released_by IS NOT NULL", name=op.f('ck_definition_released_by_somebody')),
    sa.CheckConstraint("state IN ('draft', 'released', 'retired')", name=op.f('ck_definition_state_known')),
    sa.CheckConstraint('released_by <> deployed_by', name=op.f('ck_definition_four_eyes')),
    sa.PrimaryKeyConstraint('definition_id', name=op.f('pk_definition')),
    sa.UniqueConstraint('process_id', 'version', name=op.f('uq_definition_process_id_version'))
    )
    op.create_table('entry_payload',
    sa.Column('stream_id', sa.String(length=200), nullable=False),
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False, comment='JSON: slot to value; deleting the row erases both'),
    sa.PrimaryKeyConstraint('stream_id', 'seq', name=op.f('pk_entry_payload'))
    )
    op.create_table('heartbeat',
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False, comment='JSON'),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_heartbeat'))
    )
    op.create_table('message',
    sa.Column('message_id', sa.String(length=200), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('correlation', sa.Text(), nullable=True, comment='JSON'),
    sa.Column('payload', sa.Text(), nullable=False, comment='JSON, erasable'),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('published_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('published_by', sa.String(length=200), nullable=False),
    sa.Column('origin_case_id', sa.String(length=64), nullable=True),
    sa.Column('target_case_id', sa.String(length=64), nullable=True, comment='only this case may catch it'),
    sa.Column('expires_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('case_id', sa.String(length=64), nullable=True, comment='who caught it'),
    sa.Column('element_id', sa.String(length=200), nullable=True),
    sa.Column('settled_at', types.UTCDateTime(length=27), nullable=True),
    sa.CheckConstraint("(state = 'correlated') = (case_id IS NOT NULL)", name=op.f('ck_message_correlated_with_a_case')),
    sa.CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name=op.f('ck_message_settled_with_instant')),
    sa.CheckConstraint("state IN ('waiting', 'correlated', 'expired')", name=op.f('ck_message_state_known')),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_message'))
    )
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index('ix_message_expiry', ['expires_at'], unique=False, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
        batch_op.create_index('ix_message_state', ['state', 'published_at', 'message_id'], unique=False)
        batch_op.create_index('ix_message_waiting', ['name', 'published_at'], unique=False, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))

    op.create_table('message_digest',
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False, comment='one thing a catcher may demand so that this message fits'),
    sa.Column('message_id', sa.String(length=200), nullable=False, comment='rows exist exactly while the message waits'),
    sa.PrimaryKeyConstraint('name', 'digest', 'message_id', name=op.f('pk_message_digest')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('message_digest', schema=None) as batch_op:
        batch_op.create_index('ix_message_digest_message', ['message_id'], unique=False)

    op.create_table('message_key',
    sa.Column('name', sa.String(length=200), nullable=False, comment='of a message that some deployed version catches'),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('properties', sa.Text(), nullable=False, comment='JSON: how its correlation is read from a payload'),
    sa.PrimaryKeyConstraint('name', 'digest', name=op.f('pk_message_key'))
    )
    op.create_table('meta',
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_meta'))
    )
    op.create_table('outbox',
    sa.Column('outbox_id', sa.String(length=200), nullable=False, comment='constant: the receiver can tell a repetition'),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('payload', sa.LargeBinary(), nullable=False, comment='JSON; identifiers only'),
    sa.Column('case_id', sa.String(length=64), nullable=True),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('created_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('next_at', types.UTCDateTime(length=27), nullable=False),
    sa.CheckConstraint("state IN ('pending', 'sent', 'dead')", name=op.f('ck_outbox_state_known')),
    sa.PrimaryKeyConstraint('outbox_id', name=op.f('pk_outbox'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_pending', ['next_at', 'outbox_id'], unique=False, sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))

    op.create_table('role',
    sa.Column('group_id', sa.String(length=200), nullable=False, comment='as models name it: role:duty_room, administrators'),
    sa.Column('name_zh', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('group_id', name=op.f('pk_role'))
    )
    op.create_table('signal',
    sa.Column('signal_id', sa.String(length=200), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False, comment='JSON, erasable'),
    sa.Column('origin_case_id', sa.String(length=64), nullable=True),
    sa.Column('sent_by', sa.String(length=200), nullable=False),
    sa.Column('sent_at', types.UTCDateTime(length=27), nullable=False),
    sa.PrimaryKeyConstraint('signal_id', name=op.f('pk_signal'))
    )
    op.create_table('stream',
    sa.Column('stream_id', sa.String(length=200), nullable=False, comment='chains that belong to no case'),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('head', sa.String(length=64), nullable=False),
    sa.CheckConstraint('seq >= 0', name=op.f('ck_stream_seq_from_zero')),
    sa.PrimaryKeyConstraint('stream_id', name=op.f('pk_stream'))
    )
    op.create_table('timer',
    sa.Column('timer_id', sa.String(length=200), nullable=False, comment='case.token.position, or start:… for start events'),
    sa.Column('due_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('case_id', sa.String(length=64), nullable=True, comment='none for the timer start event of a definition'),
    sa.Column('definition_id', sa.String(length=64), nullable=True),
    sa.Column('process_id', sa.String(length=200), nullable=True),
    sa.Column('token_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('element_id', sa.String(length=200), nullable=False),
    sa.Column('interrupting', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('lane', sa.SmallInteger(), nullable=False),
    sa.Column('held', sa.Boolean(), nullable=False, comment='its case is suspended'),
    sa.Column('firing', sa.Integer(), nullable=False, comment='number of this firing, for start events on a cycle'),
    sa.Column('armed_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('fired_at', types.UTCDateTime(length=27), nullable=True),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('claimed_by', sa.String(length=200), nullable=True),
    sa.Column('lease_until', types.UTCDateTime(length=27), nullable=True),
    sa.CheckConstraint("state IN ('scheduled', 'fired', 'cancelled')", name=op.f('ck_timer_state_known')),
    sa.CheckConstraint('(case_id IS NULL) <> (definition_id IS NULL)', name=op.f('ck_timer_one_owner')),
    sa.PrimaryKeyConstraint('timer_id', 'due_at', name=op.f('pk_timer'))
    )
    with op.batch_alter_table('timer', schema=None) as batch_op:
        batch_op.create_index('ix_timer_case', ['case_id', 'state'], unique=False)
        batch_op.create_index('ix_timer_due', ['lane', 'due_at', 'timer_id'], unique=False, sqlite_where=sa.text("state = 'scheduled' AND NOT held"), postgresql_where=sa.text("state = 'scheduled' AND NOT held"))

    op.create_table('unit',
    sa.Column('unit_id', sa.String(length=200), nullable=False),
    sa.Column('parent_id', sa.String(length=200), nullable=True),
    sa.Column('level', sa.String(length=32), nullable=True),
    sa.Column('name_zh', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.Column('subject_class', sa.String(length=16), nullable=False),
    sa.CheckConstraint("subject_class IN ('government', 'enterprise', 'society')", name=op.f('ck_unit_subject_class_known')),
    sa.ForeignKeyConstraint(['parent_id'], ['unit.unit_id'], name=op.f('fk_unit_parent_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('unit_id', name=op.f('pk_unit'))
    )
    op.create_table('definition_file',
    sa.Column('definition_id', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['definition_id'], ['definition.definition_id'], name=op.f('fk_definition_file_definition_id')),
    sa.PrimaryKeyConstraint('definition_id', 'name', name=op.f('pk_definition_file'))
    )
    op.create_table('definition_process',
    sa.Column('process_id', sa.String(length=200), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False, comment='counts from 1 without gaps, per process id'),
    sa.Column('definition_id', sa.String(length=64), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('version_tag', sa.String(length=200), nullable=True),
    sa.Column('lane', sa.SmallInteger(), nullable=False, comment='0: emergency, first in every queue; 1: ordinary'),
    sa.Column('retention_days', sa.Integer(), nullable=True),
    sa.CheckConstraint('version >= 1', name=op.f('ck_definition_process_version_from_one')),
    sa.ForeignKeyConstraint(['definition_id'], ['definition.definition_id'], name=op.f('fk_definition_process_definition_id')),
    sa.PrimaryKeyConstraint('process_id', 'version', name=op.f('pk_definition_process')),
    sa.UniqueConstraint('definition_id', 'process_id', name=op.f('uq_definition_process_definition_id_process_id'))
    )
    op.create_table('person',
    sa.Column('person_id', sa.String(length=200), nullable=False),
    sa.Column('sign_in_name', sa.String(length=200), nullable=False),
    sa.Column('display_name_zh', sa.Text(), nullable=False),
    sa.Column('display_name_en', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=True, comment='argon2id; none: cannot sign in'),
    sa.Column('unit_id', sa.String(length=200), nullable=True),
    sa.Column('disabled', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.unit_id'], name=op.f('fk_person_unit_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_person')),
    sa.UniqueConstraint('sign_in_name', name=op.f('uq_person_sign_in_name'))
    )
    op.create_table('process_instance',
    sa.Column('case_id', sa.String(length=64), nullable=False),
    sa.Column('process_id', sa.String(length=200), nullable=False),
    sa.Column('definition_id', sa.String(length=64), nullable=False),
    sa.Column('process_version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False, comment="number of entries in the case's chain; moves with every command"),
    sa.Column('chain_head', sa.String(length=64), nullable=False, comment='hash of the last entry'),
    sa.Column('business_key', sa.Text(), nullable=True),
    sa.Column('title', sa.Text(), nullable=True),
    sa.Column('exercise', sa.Boolean(), nullable=False),
    sa.Column('lane', sa.SmallInteger(), nullable=False),
    sa.Column('header', sa.LargeBinary(), nullable=False, comment='JSON of the runtime beside the tokens'),
    sa.Column('started_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('started_by', sa.String(length=200), nullable=False),
    sa.Column('ended_at', types.UTCDateTime(length=27), nullable=True),
    sa.Column('removal_at', types.UTCDateTime(length=27), nullable=True, comment='end plus the retention the model declares'),
    sa.Column('incident_count', sa.Integer(), nullable=False, comment='open ones'),
    sa.Column('next_due_at', types.UTCDateTime(length=27), nullable=True, comment='no timer of the case falls due before; none: there is no timer'),
    sa.CheckConstraint("(state IN ('completed', 'terminated', 'cancelled')) = (ended_at IS NOT NULL)", name=op.f('ck_process_instance_ended_with_instant')),
    sa.CheckConstraint("state IN ('active', 'suspended', 'completed', 'terminated', 'cancelled')", name=op.f('ck_process_instance_state_known')),
    sa.CheckConstraint('incident_count >= 0', name=op.f('ck_process_instance_incidents_counted')),
    sa.CheckConstraint('version >= 1', name=op.f('ck_process_instance_version_from_one')),
    sa.ForeignKeyConstraint(['definition_id'], ['definition.definition_id'], name=op.f('fk_process_instance_definition_id')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_process_instance'))
    )
    with op.batch_alter_table('process_instance', schema=None) as batch_op:
        batch_op.create_index('ix_process_instance_business_key', ['business_key'], unique=False)
        batch_op.create_index('ix_process_instance_process', ['process_id', 'started_at', 'case_id'], unique=False)
        batch_op.create_index('ix_process_instance_removal', ['removal_at'], unique=False, sqlite_where=sa.text('removal_at IS NOT NULL'), postgresql_where=sa.text('removal_at IS NOT NULL'))
        batch_op.create_index('ix_process_instance_started', ['started_at', 'case_id'], unique=False)
        batch_op.create_index('ix_process_instance_started_by', ['started_by', 'started_at'], unique=False)
        batch_op.create_index('ix_process_instance_state', ['state', 'started_at', 'case_id'], unique=False)

    op.create_table('signal_delivery',
    sa.Column('signal_id', sa.String(length=200), nullable=False),
    sa.Column('case_id', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('definition_id', sa.String(length=64), nullable=True, comment='set where the signal starts the case'),
    sa.Column('process_id', sa.String(length=200), nullable=True),
    sa.Column('element_id', sa.String(length=200), nullable=True),
    sa.CheckConstraint("state IN ('pending', 'delivered', 'skipped')", name=op.f('ck_signal_delivery_state_known')),
    sa.ForeignKeyConstraint(['signal_id'], ['signal.signal_id'], name=op.f('fk_signal_delivery_signal_id')),
    sa.PrimaryKeyConstraint('signal_id', 'case_id', name=op.f('pk_signal_delivery'))
    )
    with op.batch_alter_table('signal_delivery', schema=None) as batch_op:
        batch_op.create_index('ix_signal_delivery_pending', ['signal_id', 'case_id'], unique=False, sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))

    op.create_table('start_trigger',
    sa.Column('definition_id', sa.String(length=64), nullable=False),
    sa.Column('process_id', sa.String(length=200), nullable=False),
    sa.Column('element_id', sa.String(length=200), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('timer', sa.String(length=16), nullable=True, comment='date, duration or cycle'),
    sa.Column('expression', sa.Text(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False, comment='only the newest released version starts by itself'),
    sa.CheckConstraint("kind IN ('message', 'signal', 'timer', 'conditional')", name=op.f('ck_start_trigger_kind_known')),
    sa.ForeignKeyConstraint(['definition_id'], ['definition.definition_id'], name=op.f('fk_start_trigger_definition_id')),
    sa.PrimaryKeyConstraint('definition_id', 'process_id', 'element_id', 'position', name=op.f('pk_start_trigger'))
    )
    with op.batch_alter_table('start_trigger', schema=None) as batch_op:
        batch_op.create_index('ix_start_trigger_active', ['kind', 'name'], unique=False, sqlite_where=sa.text('active'), postgresql_where=sa.text('active'))

    op.create_table('incident',
    sa.Column('case_id', sa.String(length=64), nullable=False),
    sa.Column('incident_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('token_id', sa.Integer(), nullable=True),
    sa.Column('element_id', sa.String(length=200), nullable=True),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('variables', sa.Text(), nullable=False, comment='JSON at the time of the fault, erasable'),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('opened_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('resolved_at', types.UTCDateTime(length=27), nullable=True),
    sa.Column('resolved_by', sa.String(length=200), nullable=True),
    sa.Column('resolution', sa.String(length=16), nullable=True),
    sa.CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name=op.f('ck_incident_resolved_with_instant')),
    sa.CheckConstraint("state IN ('open', 'resolved')", name=op.f('ck_incident_state_known')),
    sa.ForeignKeyConstraint(['case_id'], ['process_instance.case_id'], name=op.f('fk_incident_case_id')),
    sa.PrimaryKeyConstraint('case_id', 'incident_no', name=op.f('pk_incident'))
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index('ix_incident_open', ['opened_at', 'case_id', 'incident_no'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('job',
    sa.Column('job_id', sa.String(length=200), nullable=False),
    sa.Column('case_id', sa.String(length=64), nullable=False),
    sa.Column('token_id', sa.Integer(), nullable=False),
    sa.Column('element_id', sa.String(length=200), nullable=False),
    sa.Column('topic', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('lane', sa.SmallInteger(), nullable=False),
    sa.Column('retries', sa.Integer(), nullable=False),
    sa.Column('variables', sa.Text(), nullable=False, comment='JSON, erasable'),
    sa.Column('headers', sa.Text(), nullable=False, comment='JSON, erasable'),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('created_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('available_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('ended_at', types.UTCDateTime(length=27), nullable=True),
    sa.Column('locked_by', sa.String(length=200), nullable=True),
    sa.Column('lock_token', sa.String(length=64), nullable=True),
    sa.Column('lock_until', types.UTCDateTime(length=27), nullable=True),
    sa.Column('held', sa.Boolean(), nullable=False),
    sa.CheckConstraint("(state = 'locked') = (lock_token IS NOT NULL)", name=op.f('ck_job_locked_with_token')),
    sa.CheckConstraint("state IN ('available', 'locked', 'failed', 'completed', 'cancelled')", name=op.f('ck_job_state_known')),
    sa.ForeignKeyConstraint(['case_id'], ['process_instance.case_id'], name=op.f('fk_job_case_id')),
    sa.PrimaryKeyConstraint('job_id', name=op.f('pk_job')),
    sa.UniqueConstraint('case_id', 'token_id', name=op.f('uq_job_case_id_token_id'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index('ix_job_doable', ['topic', 'lane', 'available_at', 'job_id'], unique=False, sqlite_where=sa.text("state IN ('available', 'locked') AND NOT held"), postgresql_where=sa.text("state IN ('available', 'locked') AND NOT held"))
        batch_op.create_index('ix_job_lock_token', ['lock_token'], unique=False)
        batch_op.create_index('ix_job_state', ['state', 'created_at', 'job_id'], unique=False)

    op.create_table('membership',
    sa.Column('person_id', sa.String(length=200), nullable=False),
    sa.Column('group_id', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.person_id'], name=op.f('fk_membership_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'group_id', name=op.f('pk_membership'))
    )
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.create_index('ix_membership_group', ['group_id'], unique=False)

    op.create_table('subscription',
    sa.Column('subscription_id', sa.String(length=200), nullable=False),
    sa.Column('case_id', sa.String(length=64), nullable=False),
    sa.Column('token_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('element_id', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('correlation', sa.Text(), nullable=True, comment='canonical JSON of what the catcher demands; none matches any'),
    sa.Column('correlation_digest', sa.String(length=64), nullable=False, comment='empty where nothing is demanded'),
    sa.Column('opened_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('held', sa.Boolean(), nullable=False),
    sa.CheckConstraint("kind IN ('message', 'signal')", name=op.f('ck_subscription_kind_known')),
    sa.ForeignKeyConstraint(['case_id'], ['process_instance.case_id'], name=op.f('fk_subscription_case_id')),
    sa.PrimaryKeyConstraint('subscription_id', name=op.f('pk_subscription')),
    sa.UniqueConstraint('case_id', 'token_id', 'position', name=op.f('uq_subscription_case_id_token_id_position'))
    )
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.create_index('ix_subscription_catch', ['kind', 'name', 'correlation_digest', 'opened_at', 'subscription_id'], unique=False)

    op.create_table('token',
    sa.Column('case_id', sa.String(length=64), nullable=False),
    sa.Column('slot', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('token_id', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('scope_id', sa.Integer(), nullable=True),
    sa.Column('element', sa.Text(), nullable=False),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('internal', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['process_instance.case_id'], name=op.f('fk_token_case_id')),
    sa.PrimaryKeyConstraint('case_id', 'slot', name=op.f('pk_token')),
    sqlite_with_rowid=False
    )
    op.create_table('user_task',
    sa.Column('user_task_id', sa.String(length=200), nullable=False),
    sa.Column('case_id', sa.String(length=64), nullable=False),
    sa.Column('token_id', sa.Integer(), nullable=False),
    sa.Column('element_id', sa.String(length=200), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('lane', sa.Text(), nullable=True),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('assignee', sa.String(length=200), nullable=True),
    sa.Column('candidate_users', sa.Text(), nullable=False, comment='JSON list'),
    sa.Column('candidate_groups', sa.Text(), nullable=False, comment='JSON list'),
    sa.Column('form_key', sa.Text(), nullable=True),
    sa.Column('due_at', types.UTCDateTime(length=27), nullable=True),
    sa.Column('follow_up_at', types.UTCDateTime(length=27), nullable=True),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('sort_key', sa.String(length=64), nullable=False, comment='emergency first, then priority, due, age'),
    sa.Column('created_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('claimed_at', types.UTCDateTime(length=27), nullable=True),
    sa.Column('completed_at', types.UTCDateTime(length=27), nullable=True),
    sa.Column('completed_by', sa.String(length=200), nullable=True),
    sa.CheckConstraint("(state = 'completed') = (completed_by IS NOT NULL)", name=op.f('ck_user_task_completed_by_somebody')),
    sa.CheckConstraint("state <> 'claimed' OR assignee IS NOT NULL", name=op.f('ck_user_task_claimed_by_somebody')),
    sa.CheckConstraint("state IN ('ready', 'claimed', 'completed', 'cancelled')", name=op.f('ck_user_task_state_known')),
    sa.ForeignKeyConstraint(['case_id'], ['process_instance.case_id'], name=op.f('fk_user_task_case_id')),
    sa.PrimaryKeyConstraint('user_task_id', name=op.f('pk_user_task')),
    sa.UniqueConstraint('case_id', 'token_id', name=op.f('uq_user_task_case_id_token_id'))
    )
    with op.batch_alter_table('user_task', schema=None) as batch_op:
        batch_op.create_index('ix_user_task_done', ['completed_by', 'completed_at', 'user_task_id'], unique=False, sqlite_where=sa.text("state = 'completed'"), postgresql_where=sa.text("state = 'completed'"))
        batch_op.create_index('ix_user_task_mine', ['assignee', 'sort_key', 'user_task_id'], unique=False, sqlite_where=sa.text("state IN ('ready', 'claimed')"), postgresql_where=sa.text("state IN ('ready', 'claimed')"))
        batch_op.create_index('ix_user_task_open', ['sort_key', 'user_task_id'], unique=False, sqlite_where=sa.text("state IN ('ready', 'claimed')"), postgresql_where=sa.text("state IN ('ready', 'claimed')"))

    op.create_table('offer',
    sa.Column('user_task_id', sa.String(length=200), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False, comment='a user, a group, or * for everybody'),
    sa.Column('case_id', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False, comment='taken while somebody has the task; closed rows tell who saw the case'),
    sa.Column('sort_key', sa.String(length=64), nullable=False),
    sa.CheckConstraint("state IN ('open', 'taken', 'closed')", name=op.f('ck_offer_state_known')),
    sa.ForeignKeyConstraint(['user_task_id'], ['user_task.user_task_id'], name=op.f('fk_offer_user_task_id')),
    sa.PrimaryKeyConstraint('user_task_id', 'subject', name=op.f('pk_offer')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('offer', schema=None) as batch_op:
        batch_op.create_index('ix_offer_case', ['case_id', 'subject'], unique=False)
        batch_op.create_index('ix_offer_inbox', ['subject', 'sort_key', 'user_task_id'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('submission',
    sa.Column('user_task_id', sa.String(length=200), nullable=False),
    sa.Column('case_id', sa.String(length=64), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False, comment='audit entry that holds the commitment'),
    sa.Column('definition_id', sa.String(length=64), nullable=False),
    sa.Column('form_key', sa.Text(), nullable=True),
    sa.Column('submitted_by', sa.String(length=200), nullable=False),
    sa.Column('submitted_at', types.UTCDateTime(length=27), nullable=False),
    sa.Column('content', sa.Text(), nullable=False, comment='JSON, erasable'),
    sa.ForeignKeyConstraint(['user_task_id'], ['user_task.user_task_id'], name=op.f('fk_submission_user_task_id')),
    sa.PrimaryKeyConstraint('user_task_id', name=op.f('pk_submission'))
    )
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.create_index('ix_submission_case', ['case_id'], unique=False)

    for statement in append_only.statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.drop_index('ix_submission_case')

    op.drop_table('submission')
    with op.batch_alter_table('offer', schema=None) as batch_op:
        batch_op.drop_index('ix_offer_inbox', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.drop_index('ix_offer_case')

    op.drop_table('offer')
    with op.batch_alter_table('user_task', schema=None) as batch_op:
        batch_op.drop_index('ix_user_task_open', sqlite_where=sa.text("state IN ('ready', 'claimed')"), postgresql_where=sa.text("state IN ('ready', 'claimed')"))
        batch_op.drop_index('ix_user_task_mine', sqlite_where=sa.text("state IN ('ready', 'claimed')"), postgresql_where=sa.text("state IN ('ready', 'claimed')"))
        batch_op.drop_index('ix_user_task_done', sqlite_where=sa.text("state = 'completed'"), postgresql_where=sa.text("state = 'completed'"))

    op.drop_table('user_task')
    op.drop_table('token')
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.drop_index('ix_subscription_catch')

    op.drop_table('subscription')
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index('ix_membership_group')

    op.drop_table('membership')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index('ix_job_state')
        batch_op.drop_index('ix_job_lock_token')
        batch_op.drop_index('ix_job_doable', sqlite_where=sa.text("state IN ('available', 'locked') AND NOT held"), postgresql_where=sa.text("state IN ('available', 'locked') AND NOT held"))

    op.drop_table('job')
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.drop_index('ix_incident_open', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.drop_table('incident')
    with op.batch_alter_table('start_trigger', schema=None) as batch_op:
        batch_op.drop_index('ix_start_trigger_active', sqlite_where=sa.text('active'), postgresql_where=sa.text('active'))

    op.drop_table('start_trigger')
    with op.batch_alter_table('signal_delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_signal_delivery_pending', sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))

    op.drop_table('signal_delivery')
    with op.batch_alter_table('process_instance', schema=None) as batch_op:
        batch_op.drop_index('ix_process_instance_state')
        batch_op.drop_index('ix_process_instance_started_by')
        batch_op.drop_index('ix_process_instance_started')
        batch_op.drop_index('ix_process_instance_removal', sqlite_where=sa.text('removal_at IS NOT NULL'), postgresql_where=sa.text('removal_at IS NOT NULL'))
        batch_op.drop_index('ix_process_instance_process')
        batch_op.drop_index('ix_process_instance_business_key')

    op.drop_table('process_instance')
    op.drop_table('person')
    op.drop_table('definition_process')
    op.drop_table('definition_file')
    op.drop_table('unit')
    with op.batch_alter_table('timer', schema=None) as batch_op:
        batch_op.drop_index('ix_timer_due', sqlite_where=sa.text("state = 'scheduled' AND NOT held"), postgresql_where=sa.text("state = 'scheduled' AND NOT held"))
        batch_op.drop_index('ix_timer_case')

    op.drop_table('timer')
    op.drop_table('stream')
    op.drop_table('signal')
    op.drop_table('role')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_pending', sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))

    op.drop_table('outbox')
    op.drop_table('meta')
    op.drop_table('message_key')
    with op.batch_alter_table('message_digest', schema=None) as batch_op:
        batch_op.drop_index('ix_message_digest_message')

    op.drop_table('message_digest')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index('ix_message_waiting', sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
        batch_op.drop_index('ix_message_state')
        batch_op.drop_index('ix_message_expiry', sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))

    op.drop_table('message')
    op.drop_table('heartbeat')
    op.drop_table('entry_payload')
    op.drop_table('definition')
    op.drop_table('command')
    op.drop_table('audit_entry')
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.drop_index('ix_alert_imported')
        batch_op.drop_index('ix_alert_case')

    op.drop_table('alert')
    if op.get_bind().dialect.name == "postgresql":
        for statement in append_only.REMOVE_POSTGRESQL:
            op.execute(statement)
