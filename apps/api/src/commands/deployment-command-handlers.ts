import {
  AdjustDeployment,
  ApproveRun,
  CancelRun,
  ChangeDesiredState,
  CreateDeployment,
  DeleteDeployment,
  ExecuteRun,
  RejectRun,
  RequestDriftScan,
  AdoptDrift,
  RequestRun,
  ResolveTask,
  RetryRun,
  RollBack,
  StartPlanning,
  type DeploymentHandled,
  type DeploymentPorts,
} from '@caisson/deployment';
import type { FactoryProvider, Type } from '@nestjs/common';
import { CommandHandler } from '@nestjs/cqrs';
import {
  AdjustDeploymentCommand,
  ApproveRunCommand,
  CancelRunCommand,
  ChangeDesiredStateCommand,
  CreateDeploymentCommand,
  DeleteDeploymentCommand,
  ExecuteRunCommand,
  RejectRunCommand,
  RequestDriftScanCommand,
  AdoptDriftCommand,
  RequestRunCommand,
  ResolveTaskCommand,
  RetryRunCommand,
  RollBackCommand,
  StartPlanningCommand,
} from './deployment-commands.js';

interface UseCase<Input> {
  execute(input: Input): Promise<DeploymentHandled>;
}

type CommandType<Input> = new (input: Input) => { readonly input: Input };
type UseCaseType<Input> = new (ports: DeploymentPorts) => UseCase<Input>;

/** Which use case follows which command. A command of the bus is its use case's input and nothing else. */
export const DEPLOYMENT_COMMAND_HANDLERS: readonly ((ports: DeploymentPorts) => FactoryProvider)[] = [
  handlerOf(CreateDeploymentCommand, CreateDeployment),
  handlerOf(ChangeDesiredStateCommand, ChangeDesiredState),
  handlerOf(AdjustDeploymentCommand, AdjustDeployment),
  handlerOf(DeleteDeploymentCommand, DeleteDeployment),
  handlerOf(AdoptDriftCommand, AdoptDrift),
  handlerOf(RequestRunCommand, RequestRun),
  handlerOf(StartPlanningCommand, StartPlanning),
  handlerOf(ApproveRunCommand, ApproveRun),
  handlerOf(RejectRunCommand, RejectRun),
  handlerOf(ExecuteRunCommand, ExecuteRun),
  handlerOf(CancelRunCommand, CancelRun),
  handlerOf(RetryRunCommand, RetryRun),
  handlerOf(ResolveTaskCommand, ResolveTask),
  handlerOf(RollBackCommand, RollBack),
  handlerOf(RequestDriftScanCommand, RequestDriftScan),
];

function handlerOf<Input>(
  command: CommandType<Input>,
  useCase: UseCaseType<Input>,
): (ports: DeploymentPorts) => FactoryProvider {
  class Handler {
    constructor(private readonly useCase: UseCase<Input>) {}

    execute(given: { readonly input: Input }): Promise<DeploymentHandled> {
      return this.useCase.execute(given.input);
    }
  }
  CommandHandler(command)(Handler);
  return (ports) => ({ provide: Handler as Type, useFactory: () => new Handler(new useCase(ports)) });
}
