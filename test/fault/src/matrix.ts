import type { FaultRow } from './blows/blow.js';

/** A test that brings a fault about. */
export interface FaultTest {
  readonly file: string;
  /** Part of the test's name, as it is in the file. */
  readonly test: string;
}

/** One fault that has to be survived. */
export interface MatrixRow {
  readonly row: FaultRow;
  readonly fault: string;
  /** Besides the random schedules, which name their rows themselves. */
  readonly tests?: readonly FaultTest[];
  /** What of it is not brought about yet, and why. */
  readonly open?: string;
}

const STORE = 'libs/adapters/event-store-postgres/src';
const EXECUTOR = 'apps/executor/src';
const TOOLS = 'libs/adapters/tool-process/src/run-tool.int.spec.ts';
const TERRAFORM = 'libs/adapters/engine-terraform/src/terraform-faults.int.spec.ts';
const STATE = 'libs/adapters/engine-terraform/src/state-backend/state-backend.int.spec.ts';
const STRATEGY = 'libs/testing/src/event-strategy.contract.ts';
const NO_FAILPOINTS = 'at random moments, not at each named step: services have no failpoints';
const NO_DOUBLE = 'needs a broker of our own that does it on demand';

/** All faults, by number. */
export const MATRIX: readonly MatrixRow[] = [
  { row: 'F1', fault: 'the API dies before, within and after a command', open: NO_FAILPOINTS },
  { row: 'F2', fault: 'webhook ingest dies around its commit', open: NO_FAILPOINTS },
  {
    ...{ row: 'F3', fault: 'the relay dies at each of its steps', open: NO_FAILPOINTS },
    tests: [{ file: `${STORE}/relay.int.spec.ts`, test: 'hands over to another process when it stops' }],
  },
  { row: 'F4', fault: 'a consumer dies at each of its steps', open: NO_FAILPOINTS },
  {
    ...{ row: 'F5', fault: 'an executor dies at each step of an attempt' },
    tests: [{ file: `${EXECUTOR}/crash/attempt-crash.int.spec.ts`, test: 'an executor on %s' }],
  },
  {
    ...{ row: 'F6', fault: 'an executor dies while it takes over, twice in a row' },
    tests: [{ file: `${EXECUTOR}/crash/attempt-crash.int.spec.ts`, test: 'an executor on %s' }],
  },
  {
    ...{ row: 'F7', fault: 'timers are claimed or recorded by a process that dies' },
    tests: [
      { file: `${EXECUTOR}/crash/attempt-crash.int.spec.ts`, test: 'an executor on %s' },
      { file: `${EXECUTOR}/executor-waits.int.spec.ts`, test: 'for a time goes on when it has come' },
    ],
  },
  {
    row: 'F8',
    fault: 'a projection dies in its rebuild',
    open: 'views are written with their events; nothing is rebuilt',
  },
  { row: 'F9', fault: 'a rotation of keys dies half way', open: 'not brought about yet' },
  { row: 'F10', fault: 'all services die at once' },
  { row: 'F11', fault: 'a service is told to stop while it works' },
  {
    ...{ row: 'F12', fault: 'a service is told to stop twice, or killed while it stops' },
    tests: [{ file: 'libs/adapters/service/src/shutdown.spec.ts', test: 'stops once, however often it is asked' }],
  },
  {
    ...{ row: 'F13', fault: 'Terraform is killed in the middle of an apply' },
    tests: [{ file: TERRAFORM, test: 'its runner is found and ended, the state tells what was made' }],
  },
  { row: 'F14', fault: 'the Helm client is killed', open: 'there is no Helm engine yet' },
  { row: 'F15', fault: 'a pod of a Job is started twice', open: 'there is no Kubernetes engine yet' },
  {
    ...{ row: 'F16', fault: 'a tool hangs for ever' },
    tests: [
      { file: `${EXECUTOR}/executor-bad-tools.int.spec.ts`, test: 'is stopped with all that it started when its time' },
    ],
  },
  {
    ...{ row: 'F17', fault: 'a tool leaves a daemon behind' },
    tests: [{ file: TOOLS, test: 'cannot leave a daemon behind by ending well' }],
  },
  {
    ...{ row: 'F18', fault: 'an executor stands still for longer than its lease' },
    tests: [
      {
        file: 'test/e2e/src/stale-holder.e2e.spec.ts',
        test: 'is replaced by another, and writes nothing when it wakes up',
      },
      { file: `${STORE}/dead-process.int.spec.ts`, test: 'that was stopped past its time can write nothing' },
    ],
  },
  {
    ...{
      row: 'F19',
      fault: 'the event loop of an executor is blocked while a task runs',
      open: 'as in F18; a blocked loop of its own is not',
    },
    tests: [{ file: TOOLS, test: 'asks the tool to stop when the executor is halted and cannot be reached' }],
  },
  { row: 'F20', fault: 'a service is cut from Kafka and not from Postgres' },
  { row: 'F21', fault: 'a service is cut from Postgres and not from Kafka' },
  {
    ...{ row: 'F22', fault: 'answers of Postgres are lost' },
    tests: [{ file: `${STORE}/outage.int.spec.ts`, test: 'that loses the answer of a commit leaves it unknown' }],
  },
  { row: 'F23', fault: 'a host with a live tool cannot be reached', open: 'needs two hosts' },
  { row: 'F24', fault: 'Postgres crashes' },
  {
    ...{ row: 'F25', fault: 'connections to Postgres break within transactions' },
    tests: [{ file: `${STORE}/outage.int.spec.ts`, test: 'ends all that is on the way with retryable faults' }],
  },
  { row: 'F26', fault: 'the disk of Postgres is full', open: 'not brought about yet' },
  { row: 'F27', fault: 'Postgres is slow, or somebody locks its tables' },
  { row: 'F28', fault: 'Postgres has no connection left' },
  { row: 'F29', fault: 'a foreign transaction with an id is long' },
  {
    ...{ row: 'F30', fault: 'deadlocks and serialization errors', open: 'not thrown on demand' },
    tests: [{ file: `${STORE}/outage.int.spec.ts`, test: 'that is a password being changed is as good as any other' }],
  },
  {
    ...{ row: 'F31', fault: 'Kafka is restarted' },
    tests: [
      { file: 'test/fault/src/consume-faults.dist.spec.ts', test: 'when it is killed and started again' },
      {
        file: 'test/fault/src/publish-faults.dist.spec.ts',
        test: 'loses nothing when it is killed and started again, twice',
      },
    ],
  },
  {
    ...{ row: 'F32', fault: 'Kafka cannot be reached for long' },
    tests: [{ file: 'test/e2e/src/distributed.e2e.spec.ts', test: 'accepts commands while Kafka is away for 20 s' }],
  },
  {
    ...{ row: 'F33', fault: 'acknowledgements of Kafka are lost' },
    tests: [{ file: 'test/fault/src/publish-faults.dist.spec.ts', test: 'loses nothing when it is silent for longer' }],
  },
  {
    ...{ row: 'F34', fault: 'Kafka is wiped' },
    tests: [
      { file: 'test/fault/src/consume-faults.dist.spec.ts', test: 'when it comes back with nothing' },
      { file: 'test/fault/src/republish.dist.spec.ts', test: 'a topic that was lost is filled again' },
    ],
  },
  { row: 'F35', fault: 'members of a group come and go' },
  {
    ...{ row: 'F36', fault: 'errors of the group coordinator', open: NO_DOUBLE },
    tests: [
      {
        file: 'libs/adapters/messaging-kafka/src/kafka-event-strategy.dist.spec.ts',
        test: 'ends the process when the group will never',
      },
    ],
  },
  { row: 'F37', fault: 'offsets are out of range, or reset', open: 'only by a wiped Kafka' },
  {
    ...{ row: 'F38', fault: 'deliveries repeat themselves' },
    tests: [{ file: STRATEGY, test: 'that repeats itself changes nothing' }],
  },
  {
    ...{ row: 'F39', fault: 'deliveries come in another order' },
    tests: [{ file: 'apps/admin/src/strange-messages.dist.spec.ts', test: 'strange messages have one effect' }],
  },
  {
    ...{ row: 'F40', fault: 'an event that cannot be handled' },
    tests: [
      { file: STRATEGY, test: 'that cannot handle an event parks the stream of it and no other' },
      { file: 'test/simulation/src/poison.spec.ts', test: 'holds up one stream of one consumer only' },
    ],
  },
  {
    ...{ row: 'F41', fault: 'an event of a newer service', open: 'no rolling deployment of two builds yet' },
    tests: [{ file: `${STORE}/upgrade.int.spec.ts`, test: 'is not harmed by a process of before' }],
  },
  {
    ...{ row: 'F42', fault: 'Redis is killed, and its locks are lost' },
    tests: [{ file: 'test/fault/src/redis-faults.dist.spec.ts', test: 'lets nobody else in when its keys are wiped' }],
  },
  {
    ...{
      row: 'F43',
      fault: 'Redis lies: grants to everyone, to nobody, or hangs',
    },
    tests: [
      { file: 'test/fault/src/redis-faults.dist.spec.ts', test: 'waits for a silent Redis once' },
      {
        file: 'test/fault/src/redis-faults.dist.spec.ts',
        test: 'when Redis says of everything that somebody holds it',
      },
      {
        file: 'test/fault/src/redis-faults.dist.spec.ts',
        test: 'lets one work at a time when Redis grants every lock to everybody',
      },
    ],
  },
  { row: 'F44', fault: 'clocks jump', open: "of services; not of Postgres' host" },
  {
    row: 'F45',
    fault: 'an event loop is blocked for 30 s',
    open: 'a service that stands still for seconds, not for 30',
  },
  { row: 'F46', fault: 'out of memory', open: 'not brought about yet' },
  {
    ...{ row: 'F47', fault: 'the disk of the workspace is full' },
    tests: [{ file: `${EXECUTOR}/executor-full-disk.int.spec.ts`, test: 'fails the run by name, touches nothing' }],
  },
  {
    ...{ row: 'F48', fault: 'a tool that prints a gigabyte' },
    tests: [{ file: TOOLS, test: 'is stopped when it prints a gigabyte' }],
  },
  { row: 'F49', fault: 'no file descriptors or processes left', open: 'not brought about yet' },
  { row: 'F50', fault: 'a storm of webhooks', open: 'a matter of load tests, not there yet' },
  {
    ...{ row: 'F51', fault: 'webhooks are replayed under other ids' },
    tests: [
      {
        file: 'apps/webhook-ingest/src/webhook-ingest.int.spec.ts',
        test: 'is one delivery when it comes twice, under its own id or another',
      },
    ],
  },
  { row: 'F52', fault: 'webhooks come in another order', open: 'not brought about yet' },
  {
    ...{ row: 'F53', fault: 'the server of a live stream dies; a watcher is slow' },
    tests: [
      { file: 'test/e2e/src/live-events.e2e.spec.ts', test: 'sees every event once and in order through kill -9' },
      {
        file: 'apps/api/src/live/live-events.int.spec.ts',
        test: 'for a watcher who does not read, and for nobody else',
      },
    ],
  },
  { row: 'F54', fault: 'a Git remote hangs or serves garbage', open: 'nothing reads a Git remote yet' },
  {
    ...{ row: 'F55', fault: "Terraform's state: lost answers, lower serials, other lineages" },
    tests: [
      { file: STATE, test: 'takes the same write again: its answer was lost' },
      { file: TERRAFORM, test: 'an apply goes through although the answer to' },
    ],
  },
  {
    ...{ row: 'F56', fault: 'a cloud accepts and hangs up, fails after its commit, or is slow' },
    tests: [
      {
        file: 'apps/sandbox-cloud/src/sandbox-engine.int.spec.ts',
        test: 'adopts what was made when the answer was lost',
      },
    ],
  },
  {
    ...{ row: 'F57', fault: 'approvals race with changes of what was planned' },
    tests: [
      { file: 'test/e2e/src/planning.e2e.spec.ts', test: 'is approved only while what it was computed from holds' },
      { file: 'apps/planner/src/planner.int.spec.ts', test: 'from many callers at once are judged one by one' },
    ],
  },
  {
    ...{ row: 'F58', fault: 'quotas under concurrency' },
    tests: [{ file: 'apps/api/src/http/quotas.int.spec.ts', test: 'of deployments is exact when 200 come at once' }],
  },
  {
    ...{ row: 'F59', fault: 'cancels race with attempts', open: 'at random moments, in schedules and simulation' },
    tests: [{ file: 'test/e2e/src/failures.e2e.spec.ts', test: 'stops the tool with all it started, ends the run' }],
  },
  {
    ...{ row: 'F60', fault: 'two leaders for a moment' },
    tests: [{ file: `${STORE}/relay.int.spec.ts`, test: 'is led by another when the leader stands still' }],
  },
  { row: 'F61', fault: 'Postgres is restored from a backup under running tools', open: 'not brought about yet' },
  {
    ...{ row: 'F62', fault: 'services start before what they need' },
    tests: [
      {
        file: 'libs/adapters/messaging-kafka/src/kafka-event-strategy.dist.spec.ts',
        test: 'starts while Kafka is away',
      },
    ],
  },
];
