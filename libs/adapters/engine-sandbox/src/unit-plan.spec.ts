import type { JsonObject } from '@caisson/kernel';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planResource } from './unit-plan.js';

const server: JsonObject = {
  name: 'web',
  status: 'active',
  network: 'net-1',
  flavor: 'm1.small',
  image: 'ubuntu-24.04',
  tags: { owner: 'shop' },
};
const seen: JsonObject = { id: 'srv-1', ...server };
const plan = (desired: JsonObject | undefined, observed: JsonObject | undefined, unknowns: string[] = []) =>
  planResource({ type: 'server', desired, observed, unknowns, ignored: [] });

it('creates what is not there, removes what is not wanted, and leaves alone what fits', () => {
  expect(plan(server, undefined).action).toBe('create');
  expect(plan(undefined, seen).action).toBe('delete');
  expect(plan(undefined, undefined)).toEqual({ action: 'none', attributes: [] });
  expect(plan(server, seen)).toEqual({ action: 'none', attributes: [] });
});

it('names each attribute that changes, also inside maps', () => {
  const desired = { ...server, flavor: 'm1.large', tags: { team: 'blue' } };
  expect(plan(desired, seen)).toEqual({
    action: 'update',
    attributes: [
      { path: 'flavor', before: 'm1.small', after: 'm1.large', sensitive: false, unknown: false },
      { path: 'tags.owner', before: 'shop', sensitive: false, unknown: false },
      { path: 'tags.team', after: 'blue', sensitive: false, unknown: false },
    ],
  });
});

it('makes a server anew for another network, or for one not known yet', () => {
  expect(plan({ ...server, network: 'net-2' }, seen).action).toBe('replace');
  expect(plan({ ...server, network: '${network.id}' }, seen, ['network'])).toEqual({
    action: 'replace',
    attributes: [{ path: 'network', before: 'net-1', sensitive: false, unknown: true }],
  });
});

it('finds an unknown inside a map', () => {
  const desired = { ...server, tags: { owner: '${base.outputs.owner}' } };
  expect(plan(desired, seen, ['tags.owner']).attributes).toEqual([
    { path: 'tags.owner', before: 'shop', sensitive: false, unknown: true },
  ]);
});

it('leaves differences alone that are to be ignored, and what is in them', () => {
  const other = { ...server, flavor: 'm1.large', tags: { owner: 'other' } };
  const ignoring = (...ignored: string[]) =>
    planResource({ type: 'server', desired: other, observed: seen, unknowns: [], ignored });
  expect(ignoring('tags').attributes.map(({ path }) => path)).toEqual(['flavor']);
  expect(ignoring('tags.owner', 'flavor')).toEqual({ action: 'none', attributes: [] });
});

it('makes a volume anew to shrink it, and grows it in place', () => {
  const volume = (sizeGb: number): JsonObject => ({ name: 'data', status: 'active', sizeGb, tags: {} });
  const action = (from: number, to: number): string =>
    planResource({ type: 'volume', desired: volume(to), observed: volume(from), unknowns: [], ignored: [] }).action;
  expect([action(10, 20), action(20, 10), action(10, 10)]).toEqual(['update', 'replace', 'none']);
});

it('plans nothing for any data that is already there, and something for any that is not', () => {
  fc.assert(
    fc.property(fc.json(), fc.json(), (left, right) => {
      const record = (text: string): JsonObject => ({ name: 'r', data: { value: JSON.parse(text) as JsonObject } });
      const action = (from: string, to: string): string =>
        planResource({ type: 'record', desired: record(to), observed: record(from), unknowns: [], ignored: [] }).action;
      expect(action(left, left)).toBe('none');
      const differ = JSON.stringify(JSON.parse(left)) !== JSON.stringify(JSON.parse(right));
      if (!differ) expect(action(left, right)).toBe('none');
    }),
  );
});
