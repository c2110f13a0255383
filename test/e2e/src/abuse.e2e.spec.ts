import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { abusePage } from './abuse/abuse-page.js';
import type { AbuseRow } from './abuse/abuse-row.js';
import { ABUSE_TABLES } from './abuse/abuse-tables.js';
import { AbuseWorld, CANARY } from './abuse/abuse-world.js';
import type { Answer } from './abuse/wire.js';

// Every row: the abuse is refused as the table says, tells nothing and leaves nothing; its nearest right request works.

const PAGE = join(import.meta.dirname, '../../../docs/reference/abuse-matrix.md');
const ROWS = ABUSE_TABLES.flatMap(({ rows }) => rows);

let world: AbuseWorld;
beforeAll(async () => {
  world = await AbuseWorld.start();
});
afterAll(() => world.stop());

/** An address of this machine for each request: rates of one row are nobody else's. */
const addressOf = (row: AbuseRow, which: 0 | 1): string => {
  const index = ROWS.indexOf(row);
  return `127.${1 + which}.${Math.floor(index / 250)}.${1 + (index % 250)}`;
};

async function expectRefused(row: AbuseRow, answer: Answer): Promise<void> {
  const [status = '', code] = row.is.split(' ');
  expect(`${answer.status} ${answer.body.code ?? ''}`.trim(), answer.text.slice(0, 500)).toBe(row.is);
  if (code !== undefined) {
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status: Number(status), code });
    expect((answer.body.detail ?? '').length).toBeGreaterThan(15);
    expect(answer.text).not.toContain(CANARY);
  }
  for (const secret of world.secrets) expect(answer.text).not.toContain(secret);
  if (row.records === undefined) expect(await world.factsOf(answer)).toBe(0);
  if (row.also !== undefined) expect(await row.also(answer, world), 'what else should hold').not.toBe(false);
}

describe.each(ABUSE_TABLES)('$subject', ({ rows }) => {
  it.each(rows)('$id $what: $is', async (row) => {
    const abuse = await row.abuse(world);
    await expectRefused(row, await world.send(abuse, row.from ?? addressOf(row, 0)));
    const answer = await world.send(await row.right(world), addressOf(row, 1));
    expect(answer.status, `${row.twin}: ${answer.text.slice(0, 500)}`).toBe(row.works);
  });
});

describe('after all of it', () => {
  it('the process is up and everybody is who they were', async () => {
    expect((await world.send({ path: '/readyz' })).status).toBe(200);
    for (const { principalId, token } of [world.mia, world.eve, world.operator, world.deployer]) {
      const me = await world.send({ path: '/api/v1/auth/me', token });
      expect(me).toMatchObject({ status: 200, body: { principalId } });
    }
  });

  it('the log holds one JSON object a line, none of them forged, and no secret', () => {
    const { lines } = world.caisson;
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(() => JSON.parse(line) as unknown, line).not.toThrow();
    const told = lines.filter((line) => [CANARY, ...world.secrets].some((secret) => line.includes(secret)));
    expect(told).toEqual([]);
    expect(lines.filter((line) => line.includes('"code":"internal-error"'))).toEqual([]);
  });
});

it('the table has ids of its own, and the page shows all of it (`vitest -u` writes it)', async () => {
  expect(new Set(ROWS.map(({ id }) => id)).size).toBe(ROWS.length);
  expect(ROWS.length).toBeGreaterThanOrEqual(60);
  await expect(abusePage(ABUSE_TABLES)).toMatchFileSnapshot(PAGE);
});
