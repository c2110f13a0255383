import { problemOf, type CaissonClient, type DeploymentSummary, type RunResource } from '@caisson/client';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The newest deployment of a name that is not deleted. */
export async function findByName(client: CaissonClient, name: string): Promise<DeploymentSummary | undefined> {
  for await (const deployment of client.deployments({ name })) if (deployment.status !== 'deleted') return deployment;
  return undefined;
}

/** A deployment by id or name. */
export async function findDeployment(client: CaissonClient, given: string): Promise<DeploymentSummary> {
  const found = ID.test(given) ? await client.deployment(given) : await findByName(client, given);
  if (found === undefined) throw new Error(`There is no deployment "${given}". See: caisson deployments`);
  return found;
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
