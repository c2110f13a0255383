import { routesOf, type DescribedRoute } from '@caisson/http';
import { describe, expect, it } from 'vitest';
import { useApi } from '../api.harness.js';
import { API_CONTROLLERS } from './api-document.js';

const api = useApi(); // Holds every answer against the document.

const routes = API_CONTROLLERS.flatMap((controller) => routesOf(controller)).filter(
  ({ read }) => read.body !== undefined,
);
const withExample = routes.filter(({ operation }) => operation.example !== undefined);

/** An operation's address with something there is in it, as a reader of the document would fill it in. */
async function addressOf({ path }: DescribedRoute): Promise<string> {
  const { id, plan, runId } = await api.planned();
  const ids: Readonly<Record<string, string>> = { deployments: id, runs: runId, tasks: `${runId}/network` };
  const collection = path.split('/')[3] ?? '';
  return path
    .replace('/api/v1', '')
    .replace(':id', encodeURIComponent(ids[collection] ?? id))
    .replace(':name', 'example')
    .replace(':digest', plan.digest);
}

describe('the examples of the document', () => {
  it('are there for every body that must be sent', () => {
    const missing = routes.filter(({ operation, read }) => {
      return operation.example === undefined && read.body?.safeParse(undefined).success === false;
    });
    expect(missing.map(({ id }) => id)).toEqual([]);
  });

  it.each(withExample.map((route) => [route.id, route] as const))('%s takes its own', async (_id, route) => {
    const { method, operation } = route;
    const answer = await api.ask(method.toUpperCase(), await addressOf(route), {
      body: operation.example,
      ...(operation.ifMatch === undefined ? {} : { headers: { 'if-match': '"1"' } }),
    });
    // Done, or not as things stand here; never that the example itself could not be followed.
    const isDone = answer.status < 300;
    expect(isDone || operation.problems?.some((code) => code === answer.body.code), answer.text).toBe(true);
  });
});
