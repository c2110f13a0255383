import { problemOf, type CaissonClient, type DeploymentSummary, type RunResource } from '@caisson/client';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** How many of several deployments are named to choose from. */
const CHOICES_MAX = 10;

/**
 * The deployment of a name, in one environment or in any, that is not deleted.
 *
 * @throws Error that names them when there are several: a name is not unique, and guessing could change the wrong one.
 */
export async function findByName(
  client: CaissonClient,
  name: string,
  environment?: string,
): Promise<DeploymentSummary | undefined> {
  const found: DeploymentSummary[] = [];
  for await (const deployment of client.deployments({ name })) {
    const isThere = environment === undefined || deployment.environment === environment;
    if (isThere && deployment.status !== 'deleted') found.push(deployment);
    if (found.length > CHOICES_MAX) break;
  }
  if (found.length > 1) throw new Error(severalNamed(name, found));
  return found[0];
}

/** A deployment by id or name. */
export async function findDeployment(client: CaissonClient, given: string): Promise<DeploymentSummary> {
  const found = ID.test(given) ? await client.deployment(given) : await findByName(client, given);
  if (found === undefined) throw new Error(`There is no deployment "${given}". See: caisson deployments`);
  return found;
}

function severalNamed(name: string, found: readonly DeploymentSummary[]): string {
  const choices = found.slice(0, CHOICES_MAX).map(({ environment, id }) => `  ${id}  ${environment}`);
  const more = found.length > CHOICES_MAX ? ['  … and more; see: caisson deployments'] : [];
  return [`Several deployments are named "${name}". Say which one by its id:`, ...choices, ...more].join('\n');
}

/** A run by its id, or the current one of a deployment by id or name. */
export async function findRun(client: CaissonClient, given: string): Promise<RunResource> {
  if (ID.test(given)) {
    try {
      return await client.run(given);
    } catch (error) {
      if (problemOf(error)?.status !== 404) throw error;
    }
  }
  return client.run((await findDeployment(client, given)).currentRun);
}
