import type {
  AdjustDeploymentInput,
  AdoptDriftInput,
  ApproveRunInput,
  CancelRunInput,
  ChangeDesiredStateInput,
  CreateDeploymentInput,
  DeleteDeploymentInput,
  DeploymentHandled,
  ExecuteRunInput,
  RejectRunInput,
  RequestDriftScanInput,
  RequestRunInput,
  ResolveTaskInput,
  RetryRunInput,
  RollBackInput,
  StartPlanningInput,
} from '@caisson/deployment';
import { UseCaseCommand } from './use-case-command.js';

abstract class DeploymentCommand<Input> extends UseCaseCommand<Input, DeploymentHandled> {}

/** Creates a deployment and requests its first run. */
export class CreateDeploymentCommand extends DeploymentCommand<CreateDeploymentInput> {}

/** Replaces what is desired and requests an update run. */
export class ChangeDesiredStateCommand extends DeploymentCommand<ChangeDesiredStateInput> {}

/** Scales or configures, and requests a run. */
export class AdjustDeploymentCommand extends DeploymentCommand<AdjustDeploymentInput> {}

/** Makes a deployment go. */
export class DeleteDeploymentCommand extends DeploymentCommand<DeleteDeploymentInput> {}

/** Has what is desired follow what a scan found. */
export class AdoptDriftCommand extends DeploymentCommand<AdoptDriftInput> {}

/** Requests a run that does not change what is desired. */
export class RequestRunCommand extends DeploymentCommand<RequestRunInput> {}

/** Asks for a plan. */
export class StartPlanningCommand extends DeploymentCommand<StartPlanningInput> {}

/** Approves exactly one plan. */
export class ApproveRunCommand extends DeploymentCommand<ApproveRunInput> {}

/** Turns a plan down. */
export class RejectRunCommand extends DeploymentCommand<RejectRunInput> {}

/** Has an approved plan applied. */
export class ExecuteRunCommand extends DeploymentCommand<ExecuteRunInput> {}

/** Cancels a run. */
export class CancelRunCommand extends DeploymentCommand<CancelRunInput> {}

/** Tries a run again. */
export class RetryRunCommand extends DeploymentCommand<RetryRunInput> {}

/** Goes back. */
export class RollBackCommand extends DeploymentCommand<RollBackInput> {}

/** Asks the drift detector to look. */
export class RequestDriftScanCommand extends DeploymentCommand<RequestDriftScanInput> {}

/** Says what became of a task whose outcome was unknown. */
export class ResolveTaskCommand extends DeploymentCommand<ResolveTaskInput> {}
