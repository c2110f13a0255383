import { expect, it } from 'vitest';
import { useApi } from '../api.harness.js';

const api = useApi();

it('is set, read with its next turn, replaced and removed', async () => {
  const { id } = await api.created();
  const path = `/deployments/${id}/drift-schedule`;
  expect(await api.ask('GET', path)).toMatchObject({ status: 404, body: { code: 'drift-schedule-not-found' } });
  const set = await api.ask('PUT', path, { body: { cron: '0 3 * * *', timeZone: 'Europe/Berlin' } });
  expect(set).toMatchObject({
    status: 200,
    body: { deploymentId: id, cron: '0 3 * * *', timeZone: 'Europe/Berlin', autoRemediate: false },
  });
  expect(await api.ask('GET', path)).toMatchObject({ status: 200, body: { nextAt: expect.any(String) as string } });
  const again = { body: { cron: '*/30 * * * *', autoRemediate: true, spreadMinutes: 0 } };
  expect(await api.ask('PUT', path, again)).toMatchObject({
    status: 200,
    body: { cron: '*/30 * * * *', timeZone: 'UTC', autoRemediate: true, spreadMinutes: 0 },
  });
  expect((await api.ask('DELETE', path)).status).toBe(204);
  expect((await api.ask('DELETE', path)).status).toBe(204);
  expect((await api.ask('GET', path)).status).toBe(404);
});

it.each([
  [{ cron: 'every night' }, 422, '/cron', 'no cron expression'],
  [{ cron: '0 3 * * *', timeZone: 'Mars/Olympus' }, 422, '/timeZone', 'no time zone'],
  [{ cron: '* * * * *' }, 422, '/cron', 'at least 5 minutes apart'],
  [{ cron: '0 0 30 2 *' }, 422, '/cron', 'no moment that comes'],
  [{ cron: '0 3 * * *', spreadMinutes: -1 }, 400, '/spreadMinutes', ''],
])('is refused by name: %j', async (...[body, status, pointer, detail]) => {
  const { id } = await api.created();
  expect(await api.ask('PUT', `/deployments/${id}/drift-schedule`, { body })).toMatchObject({
    status,
    body: { errors: [{ pointer, detail: expect.stringContaining(detail) as string }] },
  });
});
