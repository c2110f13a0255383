import { NO_FAULTS, type RandomFaults } from './machine/faults.js';
import type { Scheduler } from './machine/scheduler.js';
import type { SeededRandom } from '@caisson/testing';
import type { Cluster } from './services/cluster.js';
import type { SimTransport } from './services/sim-transport.js';
import type { SimWakeups } from './services/sim-wakeups.js';
import type { SimDatabase } from './store/sim-database.js';

const HOUR_MS = 3_600_000;

/** What blows fall on. */
export interface Targets {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly cluster: Cluster;
  readonly database: SimDatabase;
  readonly transport: SimTransport | undefined;
  readonly wakeups: SimWakeups;
  readonly faults: RandomFaults;
}

type Blow = (targets: Targets) => string;

/** Faults of whole processes and servers. Each says what it did. */
const BLOWS: readonly Blow[] = [
  ({ cluster, random }) => {
    const process = pickOne(cluster, random);
    process?.kill();
    return `${process?.identity ?? 'nobody'} is killed`;
  },
  ({ cluster, random }) => {
    const process = pickOne(cluster, random);
    if (process !== undefined) void cluster.stop(process);
    return `${process?.identity ?? 'nobody'} is told to stop`;
  },
  ({ cluster, random }) => {
    const ms = random.between(500, 45_000);
    const process = pickOne(cluster, random);
    process?.halt(ms);
    return `${process?.identity ?? 'nobody'} stands still for ${ms} ms`;
  },
  ({ cluster, random }) => {
    const ms = random.between(-HOUR_MS, HOUR_MS);
    const process = pickOne(cluster, random);
    process?.skew(ms);
    return `${process?.identity ?? 'nobody'} has a clock that is ${ms} ms off`;
  },
  ({ faults, random, scheduler }) => {
    const ms = random.between(500, 25_000);
    faults.isOut = true;
    scheduler.after(ms, 'everything is reached again', () => (faults.isOut = false));
    return `nothing is reached for ${ms} ms`;
  },
  ({ database }) => {
    if (database.leader !== undefined) database.endSession(database.leader.session);
    return 'the connection of the relay is lost';
  },
  ({ wakeups }) => {
    wakeups.losesRate = 0.5;
    return 'half of the wake-ups are lost from now on';
  },
  ({ random, scheduler, transport }) => {
    if (transport === undefined) return 'there is no broker';
    const ms = random.between(500, 25_000);
    transport.isOut = true;
    scheduler.after(ms, 'the broker is back', () => (transport.isOut = false));
    return `the broker is away for ${ms} ms`;
  },
  ({ transport }) => {
    transport?.wipe();
    return 'the broker forgets everything';
  },
  ({ transport }) => {
    transport?.rewind();
    return 'the broker forgets offsets';
  },
  ({ transport }) => {
    if (transport !== undefined) transport.losesRate = 0.2;
    return 'the broker loses what it acknowledged from now on';
  },
  ({ transport }) => {
    transport?.rebalance();
    return 'the broker gives partitions to others';
  },
];

/** Lets so many blows fall at times of chance until all is healed. */
export function planBlows(targets: Targets, count: number, healedAtMs: number): void {
  const { random, scheduler } = targets;
  for (let blow = 0; blow < count; blow += 1) {
    scheduler.after(random.between(100, healedAtMs), 'a blow falls', () => {
      scheduler.after(0, random.pick(BLOWS)(targets), () => undefined);
    });
  }
}

/** From now on everything works. */
export function heal({ cluster, faults, transport, wakeups }: Targets): void {
  faults.rates = NO_FAULTS;
  faults.isOut = false;
  wakeups.losesRate = 0;
  if (transport !== undefined) {
    transport.isOut = false;
    transport.losesRate = 0;
  }
  for (const process of cluster.living) process.skew(0);
  cluster.startAll();
}

function pickOne(cluster: Cluster, random: SeededRandom) {
  const { living } = cluster;
  return living.length === 0 ? undefined : random.pick(living);
}
