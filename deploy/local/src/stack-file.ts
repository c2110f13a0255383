import { userInfo, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Data and logs of `npm run stack`, made anew at each start. The repository's folder may be closed to Postgres. */
export const stackDirectory = process.env['CAISSON_STACK_DIR'] ?? join(tmpdir(), `caisson-stack-${userInfo().uid}`);

/** Where a running stack says how to reach it. */
export const stackFile = join(stackDirectory, 'running.json');
