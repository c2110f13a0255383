/**
 * The tables of the event store. Keys start with the tenant. Ids compare by bytes (`collate "C"`), so that they sort
 * in the database as they do in the programs and comparisons stay cheap.
 *
 * `stream` is the lock, the version and the fence of one aggregate; its columns that change are in no index, and pages
 * keep room, so that an update stays in its page. Event ids follow from the command, so the primary key of `event`
 * also finds a repeated command. JSON that nobody queries stays text (`json`): it comes back byte for byte, as it was
 * hashed.
 */
export const EVENT_TABLES = [
  `create table stream (
    tenant_id text collate "C" not null,
    stream_id text collate "C" not null,
    version bigint not null default 0,
    head_hash text collate "C" not null default '',
    fence bigint not null default 0,
    primary key (tenant_id, stream_id)
  ) with (fillfactor = 60)`,
  `create table event (
    event_id uuid primary key,
    tenant_id text collate "C" not null,
    stream_id text collate "C" not null,
    version bigint not null check (version > 0),
    type text collate "C" not null,
    schema_version int not null,
    data json not null,
    public_type text collate "C",
    public_data json,
    command_id text collate "C" not null,
    correlation_id text collate "C" not null,
    causation_id text collate "C" not null,
    actor text collate "C" not null,
    service text collate "C" not null,
    occurred_at text collate "C" not null,
    fencing_token bigint,
    hash text collate "C" not null,
    recorded_at timestamptz not null default clock_timestamp(),
    unique (tenant_id, stream_id, version)
  )`,
  `create table snapshot (
    tenant_id text collate "C" not null,
    stream_id text collate "C" not null,
    version bigint not null,
    hash text collate "C" not null,
    schema_version int not null,
    state json not null,
    primary key (tenant_id, stream_id)
  )`,
  `create function refuse_event_change() returns trigger language plpgsql as $$
  begin
    raise exception 'events are append-only: % of event was refused', tg_op using errcode = 'restrict_violation';
  end $$`,
  `create trigger event_append_only before update or delete on event
    for each row execute function refuse_event_change()`,
  `create trigger event_never_truncated before truncate on event
    for each statement execute function refuse_event_change()`,
];

/**
 * On the way out: `outbox` holds events that have no number yet, `event_seq` the numbers, `outgoing` what was numbered
 * and not yet sent. A number is given after commit, so whoever reads `event_seq` upwards never misses one.
 * No foreign keys: the functions that write these rows are the only writers, and a check per event costs as much as
 * the row.
 */
export const OUTBOX_TABLES = [
  `create table outbox (
    id bigint generated always as identity primary key,
    event_id uuid not null,
    context text collate "C"
  ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`,
  `create table event_seq (
    global_seq bigint primary key,
    event_id uuid not null,
    context text collate "C",
    sequenced_at timestamptz not null
  )`,
  `create table outgoing (
    global_seq bigint primary key,
    event_id uuid not null
  ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`,
  `create table sequencer (
    only_row boolean primary key default true check (only_row),
    last_global_seq bigint not null default 0
  ) with (fillfactor = 20)`,
  `insert into sequencer default values`,
];

/**
 * Read models, work and leases. `job.due_at` is when a job may be claimed next: a claim moves it on by its lease.
 * `job.rank_at` orders what is due: the time since when it waits, less its head start. A claim leaves it as it is, so
 * what a dead worker held goes first.
 */
export const WORK_TABLES = [
  `create table document (
    tenant_id text collate "C" not null,
    collection text collate "C" not null,
    id text collate "C" not null,
    version bigint not null,
    body jsonb not null,
    primary key (tenant_id, collection, id)
  ) with (fillfactor = 80)`,
  `create table job (
    job_id bigint generated always as identity primary key,
    tenant_id text collate "C" not null,
    queue text collate "C" not null,
    key text collate "C" not null,
    payload json not null,
    state text collate "C" not null default 'open' check (state in ('open', 'completed', 'failed')),
    due_at timestamptz not null default clock_timestamp(),
    rank_at timestamptz not null default clock_timestamp(),
    head_start_ms double precision not null default 0 check (head_start_ms >= 0),
    attempt int not null default 0,
    claim_token bigint not null default 0,
    worker text collate "C",
    reason text,
    created_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    unique (tenant_id, queue, key)
  ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05)`,
  `create index job_open on job (queue, tenant_id, rank_at, due_at, job_id) where state = 'open'`,
  `create index job_claimed on job (queue, worker, tenant_id, due_at) where state = 'open' and worker is not null`,
  `create table lease (
    tenant_id text collate "C" not null,
    resource text collate "C" not null,
    holder text collate "C" not null,
    token bigint not null,
    expires_at timestamptz not null,
    primary key (tenant_id, resource)
  ) with (fillfactor = 60)`,
  `create sequence fencing_token`,
];

/** Where each consumer is: per stream, and in the sweep over all numbers. */
export const CONSUMER_TABLES = [
  `create table consumer_position (
    consumer text collate "C" not null,
    tenant_id text collate "C" not null,
    stream_id text collate "C" not null,
    last_version bigint not null default 0,
    parked_from bigint,
    parked_reason text,
    primary key (consumer, tenant_id, stream_id)
  ) with (fillfactor = 70)`,
  `create index consumer_parked on consumer_position (consumer) where parked_from is not null`,
  `create table checkpoint (
    consumer text collate "C" primary key,
    global_seq bigint not null
  ) with (fillfactor = 20)`,
];
