import { validateDesiredState, type DesiredState, type DesiredStateRequest } from '@caisson/contracts';
import type { Caller } from '@caisson/http';
import type { IdGenerator } from '@caisson/kernel';
import { completeResources, StoredTables, TypeLookup, unmappedPair } from '@caisson/planning';
import { Inject, Injectable } from '@nestjs/common';
import { IDS } from '../tokens.js';
import { apiProblem } from './api-problems.js';
import { newDeploymentId } from './command-context.js';

/** Turns what a caller asks for into a deployment that can be planned, by the tables of the tenant. */
@Injectable()
export class DeploymentRequests {
  constructor(
    private readonly tables: StoredTables,
    @Inject(IDS) private readonly ids: IdGenerator,
  ) {}

  /** The id of the deployment that a caller creates: the same one for the same idempotency key. */
  newDeploymentId(caller: Caller): string {
    return newDeploymentId(caller, this.ids);
  }

  /**
   * Fills in default resources and refuses what no planner could plan: names used twice, references to nothing, cycles,
   * types that a provider does not have.
   *
   * @throws HttpProblem 422 that names every place.
   */
  async admit(tenantId: string, request: DesiredStateRequest): Promise<DesiredState> {
    const lookup = TypeLookup.of(await this.tables.current(tenantId));
    const completed = completeResources(request, lookup);
    if (completed.outcome === 'refused') throw noDefaults(completed.providers);
    const { desired } = completed;
    const problems = validateDesiredState(desired, (resource) => unmappedPair(resource, lookup));
    if (problems.length === 0) return desired;
    throw apiProblem('desired-state-invalid', {
      detail: `Correct ${problems.length === 1 ? 'the place' : `the ${problems.length} places`} named in errors.`,
      errors: problems.map(({ message, pointer }) => ({ pointer, detail: message })),
      members: { problems: [...new Set(problems.map(({ code }) => code))] },
    });
  }
}

function noDefaults(providers: readonly string[]): Error {
  const names = providers.map((name) => `"${name}"`).join(', ');
  const detail = `The type table has no default resources for ${names}. Name the resources.`;
  return apiProblem('desired-state-invalid', {
    detail,
    errors: [{ pointer: '/providers', detail }],
    members: { problems: ['no-default-resources'] },
  });
}
