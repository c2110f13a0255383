import type { DesiredState } from '@caisson/contracts';
import { ReadAsOf, type AskedPast, type DeploymentView, type Past, type RunView } from '@caisson/deployment';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';

/** A deployment as it was. */
export class FindPastDeployment extends Query<Past<{ view: DeploymentView; desired: DesiredState | undefined }>> {
  constructor(readonly asked: AskedPast) {
    super();
  }
}

/** A run as it was. */
export class FindPastRun extends Query<Past<RunView>> {
  constructor(
    readonly runId: string,
    readonly asked: AskedPast,
  ) {
    super();
  }
}

/** Answers `FindPastDeployment`. */
@QueryHandler(FindPastDeployment)
export class FindPastDeploymentHandler implements IQueryHandler<FindPastDeployment> {
  constructor(private readonly past: ReadAsOf) {}

  execute({ asked }: FindPastDeployment): Promise<Past<{ view: DeploymentView; desired: DesiredState | undefined }>> {
    return this.past.deployment(asked);
  }
}

/** Answers `FindPastRun`. */
@QueryHandler(FindPastRun)
export class FindPastRunHandler implements IQueryHandler<FindPastRun> {
  constructor(private readonly past: ReadAsOf) {}

  execute({ asked, runId }: FindPastRun): Promise<Past<RunView>> {
    return this.past.run(runId, asked);
  }
}
