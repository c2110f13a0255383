import { setTimeout as pause } from 'node:timers/promises';
import { FAKETIME_LIBRARY } from '../stack/faketime.js';
import type { Blow } from './blow.js';

/** Longer than any lease that a service holds. */
const LEASE_MS = 32_000;

const HOUR_S = 3_600;
const TEN_YEARS_S = 10 * 365 * 24 * HOUR_S;

/** How often services are killed in a row in a storm. */
const KILLS = 4;

/** Faults of service processes. The supervisor starts again what ended. */
export const SERVICE_BLOWS: readonly Blow[] = [
  {
    name: 'a service is killed',
    rows: ['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7'],
    weight: 6,
    aim: (random, services) => {
      const service = random.pick(services);
      return {
        says: `kill -9 ${service}`,
        lastsMs: 0,
        strike: async (stack) => stack.supervisor.signal(service, 'SIGKILL'),
      };
    },
  },
  {
    name: 'an executor is killed again and again',
    rows: ['F6', 'F35'],
    weight: 2,
    aim: (random) => {
      const service = random.pick(['executor', 'executor-2', 'planner', 'api']);
      return {
        says: `kill -9 ${service}, ${KILLS} times as soon as it is back`,
        lastsMs: 0,
        strike: async (stack) => {
          for (let times = 0; times < KILLS; times += 1) {
            stack.supervisor.signal(service, 'SIGKILL');
            await stack.supervisor.allUp(30_000).catch(() => undefined);
          }
        },
      };
    },
  },
  {
    name: 'all services are killed at once',
    rows: ['F10', 'F62'],
    weight: 2,
    aim: () => ({
      says: 'kill -9 of all services',
      lastsMs: 0,
      strike: async (stack) => {
        for (const name of stack.serviceNames) stack.supervisor.signal(name, 'SIGKILL');
      },
    }),
  },
  {
    name: 'a service is told to stop',
    rows: ['F11'],
    weight: 2,
    aim: (random, services) => {
      const service = random.pick(services);
      return {
        says: `SIGTERM ${service}`,
        lastsMs: 0,
        strike: async (stack) => stack.supervisor.signal(service, 'SIGTERM'),
      };
    },
  },
  {
    name: 'a service is told to stop, and told again or killed before it has',
    rows: ['F12'],
    weight: 2,
    aim: (random, services) => {
      const service = random.pick(services);
      const after = random.between(0, 1_500);
      const signal = random.pick(['SIGTERM', 'SIGKILL'] as const);
      return {
        says: `SIGTERM ${service}, ${signal} ${after} ms later`,
        lastsMs: 0,
        strike: async (stack) => {
          stack.supervisor.signal(service, 'SIGTERM');
          await pause(after);
          stack.supervisor.signal(service, signal);
        },
      };
    },
  },
  {
    name: 'a service stands still',
    rows: ['F18', 'F45'],
    weight: 3,
    aim: (random, services) => {
      const service = random.pick(services);
      const lastsMs = random.between(300, 5_000);
      return {
        says: `SIGSTOP ${service} for ${lastsMs} ms`,
        lastsMs,
        strike: async (stack) => stack.supervisor.signal(service, 'SIGSTOP'),
        end: async (stack) => stack.supervisor.signal(service, 'SIGCONT'),
      };
    },
  },
  {
    name: 'an executor stands still for longer than its lease',
    rows: ['F18'],
    weight: 0.25,
    aim: (random) => {
      const service = random.pick(['executor', 'executor-2']);
      return {
        says: `SIGSTOP ${service} for ${LEASE_MS} ms`,
        lastsMs: LEASE_MS,
        strike: async (stack) => stack.supervisor.signal(service, 'SIGSTOP'),
        end: async (stack) => stack.supervisor.signal(service, 'SIGCONT'),
      };
    },
  },
  {
    name: 'the clock of a service jumps',
    rows: ['F44'],
    weight: 3,
    lacks: () =>
      FAKETIME_LIBRARY === undefined ? 'libfaketime is not installed (apt-get install faketime)' : undefined,
    aim: (random, services) => {
      const service = random.pick(services);
      const seconds = random.pick([HOUR_S, -HOUR_S, TEN_YEARS_S, random.between(-90, 90)]);
      return {
        says: `the clock of ${service} is ${seconds} s off`,
        lastsMs: random.between(1_000, 6_000),
        strike: (stack) => stack.skewClock(service, seconds),
        end: (stack) => stack.skewClock(service, 0),
      };
    },
  },
];
