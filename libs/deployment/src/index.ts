export { AdjustDeployment } from './application/adjust-deployment.js';
export type { AdjustDeploymentInput } from './application/adjust-deployment.js';
export { ApproveRun } from './application/approve-run.js';
export type { ApproveRunInput } from './application/approve-run.js';
export { CancelRun } from './application/cancel-run.js';
export type { CancelRunInput } from './application/cancel-run.js';
export { ChangeDesiredState } from './application/change-desired-state.js';
export type { ChangeDesiredStateInput } from './application/change-desired-state.js';
export { readDeployment } from './application/command-deployment.js';
export type { DeploymentHandled, DeploymentPorts } from './application/command-deployment.js';
export { CreateDeployment } from './application/create-deployment.js';
export type { CreateDeploymentInput } from './application/create-deployment.js';
export { DeleteDeployment } from './application/delete-deployment.js';
export type { DeleteDeploymentInput } from './application/delete-deployment.js';
export {
  DEPLOYMENT_COLLECTIONS,
  deploymentView,
  resourcesOf,
  revisionDocumentId,
  runView,
} from './application/deployment-documents.js';
export type {
  DeploymentStatus,
  DeploymentView,
  ResourcesView,
  RevisionView,
  RunView,
} from './application/deployment-documents.js';
export { DEPLOYMENT_REACTS_TO } from './application/deployment-reactions.js';
export { deploymentAggregate } from './application/deployment.aggregate.js';
export { EndStrandedRuns } from './application/end-stranded-runs.js';
export type { StrandedRunPorts } from './application/end-stranded-runs.js';
export { ExecuteRun } from './application/execute-run.js';
export type { ExecuteRunInput } from './application/execute-run.js';
export { ReactToFact } from './application/react-to-fact.js';
export { ReadAsOf } from './application/read-as-of.js';
export type { AskedPast, Past } from './application/read-as-of.js';
export { RejectRun } from './application/reject-run.js';
export type { RejectRunInput } from './application/reject-run.js';
export { RequestDriftScan } from './application/request-drift-scan.js';
export type { RequestDriftScanInput } from './application/request-drift-scan.js';
export { AdoptDrift } from './application/adopt-drift.js';
export type { AdoptDriftInput } from './application/adopt-drift.js';
export type { FoundDrift } from './domain/adopt-drift.js';
export { RequestRun } from './application/request-run.js';
export type { RequestRunInput } from './application/request-run.js';
export { RequestRunsForPush } from './application/request-runs-for-push.js';
export type { Push } from './application/request-runs-for-push.js';
export { ResolveTask } from './application/resolve-task.js';
export type { ResolveTaskInput } from './application/resolve-task.js';
export { RetryRun } from './application/retry-run.js';
export type { RetryRunInput } from './application/retry-run.js';
export { RollBack } from './application/roll-back.js';
export type { RollBackInput } from './application/roll-back.js';
export { hasTaskProgress, withTaskProgress } from './application/run-progress.js';
export { RUN_START_QUEUE } from './application/run-start-jobs.js';
export { StartWhenDue } from './application/start-when-due.js';
export { StartPlanning } from './application/start-planning.js';
export type { StartPlanningInput } from './application/start-planning.js';
export { adjustDesired } from './domain/adjust-desired.js';
export type { Adjustment } from './domain/adjust-desired.js';
export type { DeploymentRejection } from './domain/deployment.commands.js';
export type { DeploymentEvent } from './domain/deployment.events.js';
export type { Deployment, DeploymentState, Run } from './domain/deployment.state.js';
