import { expect, it } from 'vitest';
import { createLogger } from './logger.js';
import { followCause } from './story.js';

it('every line that follows from a fact says of which story, tenant and run it is, and parses', async () => {
  const lines: string[] = [];
  const log = createLogger({
    service: 'planner',
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
  });
  const cause = { id: 'e-1', correlationId: 'c-1', tenantId: 't-1' };
  await followCause({ ...cause, data: { runId: 'r-1' } }, { name: 'plan' }, async () => log.info({}, 'about a run'));
  await followCause(cause, { name: 'plan' }, async () => log.info({ token: 'hidden' }, 'about no run'));
  const [aboutRun, aboutNone] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const story = { service: 'planner', correlationId: 'c-1', causationId: 'e-1', tenantId: 't-1' };
  expect(aboutRun).toMatchObject({ ...story, runId: 'r-1', message: 'about a run' });
  expect(aboutNone).toMatchObject({ ...story, token: '(secret)' });
  expect(aboutNone).not.toHaveProperty('runId');
});
