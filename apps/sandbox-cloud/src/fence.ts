import type pg from 'pg';
import type { Problem } from './problem.js';
import type { WriteContext } from './write-context.js';

/**
 * Lets a holder through, and from then on nobody with a lower token. Takes the row lock of the deployment's fence until
 * the transaction ends, so an older holder's effect either came before or never comes.
 */
export async function admit(client: pg.ClientBase, context: WriteContext): Promise<Problem | undefined> {
  const { deployment, fencingToken } = context;
  if (deployment === undefined || fencingToken === undefined) return undefined;
  const admitted = await client.query(
    `insert into fences (deployment, token) values ($1, $2)
     on conflict (deployment) do update set token = excluded.token where fences.token <= excluded.token
     returning token`,
    [deployment, fencingToken],
  );
  if (admitted.rowCount === 1) return undefined;
  return {
    status: 409,
    code: 'fenced',
    detail: `Token ${fencingToken} of deployment ${deployment} is out of date. Stop: another holder acts for it.`,
  };
}
