import type { Goal } from '../harness/goal.js';
import { appendManyCallers } from './p1-append-many-callers.js';
import { relayDrains } from './p11-relay-drains.js';
import { independentTasks } from './p13-independent-tasks.js';
import { waves } from './p14-waves.js';
import { readyToStarted } from './p15-ready-to-started.js';
import { leaseTraffic } from './p16-lease-traffic.js';
import { planGraph } from './p17-plan.js';
import { appendOneCaller } from './p2-append-one-caller.js';
import { createDeployments } from './p19-create.js';
import { readDeployments } from './p20-read.js';
import { liveStreams } from './p21-live-streams.js';
import { startToReady } from './p22-start-to-ready.js';
import { idleMemory } from './p23-idle-memory.js';
import { idleProcessor } from './p24-idle-processor.js';
import { terraformUnit } from './p27-terraform-unit.js';
import { terraformUnits } from './p28-terraform-units.js';
import { independentSteps } from './p36-independent-steps.js';
import { wholeRun } from './p37-whole-run.js';
import { manyRuns } from './p38-many-runs.js';
import { mixedUsers } from './p29-users.js';
import { steadyRequests, watchedRequests } from './p30-steady.js';
import { burstOfDeliveries } from './p35-deliveries.js';
import { requestLoop } from './p32-request-loop.js';
import { killedExecutor } from './p25-killed-executor.js';
import { busySlots } from './p33-slots.js';
import { lateTasks } from './p34-late-tasks.js';
import { tokenCheck } from './token-check.js';
import { claimAmongMany } from './s6-claim.js';
import { appendWhileRelaying } from './p6-append-while-relaying.js';
import { commitToHandler } from './p9-commit-to-handler.js';

/** What `npm run bench` can measure, in the order of their numbers. */
export const GOALS: readonly Goal[] = [
  appendManyCallers,
  appendOneCaller,
  appendWhileRelaying,
  commitToHandler,
  relayDrains,
  independentTasks,
  waves,
  readyToStarted,
  leaseTraffic,
  planGraph,
  createDeployments,
  readDeployments,
  liveStreams,
  startToReady,
  idleMemory,
  idleProcessor,
  killedExecutor,
  terraformUnit,
  terraformUnits,
  mixedUsers,
  steadyRequests,
  watchedRequests,
  requestLoop,
  busySlots,
  lateTasks,
  burstOfDeliveries,
  independentSteps,
  wholeRun,
  manyRuns,
  claimAmongMany,
  tokenCheck,
];
