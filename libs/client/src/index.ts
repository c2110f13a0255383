export { CaissonClient } from './caisson-client.js';
export type { RunCommandAnswer, WaitOptions } from './caisson-client.js';
export { readDesiredState } from './desired-state-file.js';
export { HttpSession } from './http-session.js';
export type { Answer, Call, SessionOptions } from './http-session.js';
export { ApiProblem, problemOf } from './problem.js';
export type { Problem } from './problem.js';
export type {
  AttemptResource,
  CallbackAddress,
  DeploymentResource,
  DriftReportResource,
  HistoryEntry,
  LogAnswer,
  RunResource,
  TaskResource,
} from '@caisson/contracts';
