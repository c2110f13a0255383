import { commandRun, type DeploymentHandled, type DeploymentPorts, type RunRequest } from './command-deployment.js';

/** Which task of which run, what became of it, and what was seen. */
export interface ResolveTaskInput extends RunRequest {
  readonly taskId: string;
  readonly outcome: 'done' | 'not_done';
  readonly evidence: string;
}

/** Records what a person found out about a task whose outcome was unknown. The caller has seen that it is. */
export class ResolveTask {
  constructor(private readonly ports: DeploymentPorts) {}

  execute(input: ResolveTaskInput): Promise<DeploymentHandled> {
    const { evidence, outcome, taskId } = input;
    return commandRun(this.ports, input, { type: 'ResolveTask', taskId, outcome, evidence });
  }
}
