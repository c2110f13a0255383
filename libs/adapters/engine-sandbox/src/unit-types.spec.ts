import type { JsonObject } from '@caisson/kernel';
import { expect, it } from 'vitest';
import { desiredOf, findingsOf } from './unit-types.js';

const unit = (type: string, properties: JsonObject, address = 'web[1]') => ({
  address,
  type,
  properties,
  dependsOn: [],
});
const server = { network: '${network.id}', flavor: 'm1.small', image: 'ubuntu-24.04' };

it('accepts good units, references included', () => {
  expect(findingsOf(unit('server', server))).toEqual([]);
  expect(findingsOf(unit('network', { cidr: '${base.outputs.cidr}' }))).toEqual([]);
  expect(findingsOf(unit('network', { cidr: 'later' }), ['cidr'])).toEqual([]);
});

it.each<[string, JsonObject, string, string]>([
  ['planet', {}, 'planet', 'an unknown type'],
  ['network', { cidr: '10.0.0.0/33' }, 'cidr', 'a prefix that does not exist'],
  ['network', { cidr: '10.0.0.0/4' }, 'cidr', 'a prefix that is too wide'],
  ['network', {}, 'cidr', 'a missing property'],
  ['server', { ...server, flavor: 'm9.huge' }, 'flavor', 'an unknown flavor'],
  ['server', { ...server, colour: 'red' }, 'colour', 'an unknown property'],
  ['volume', { sizeGb: 0 }, 'sizeGb', 'an empty volume'],
  ['record', { data: { ok: true }, name: 'No Name' }, 'name', 'a name that is no DNS label'],
])('refuses a %s with %j and names "%s": %s', (type, properties, word) => {
  const [finding] = findingsOf(unit(type, properties));
  expect(finding).toMatchObject({ severity: 'error' });
  expect(JSON.stringify(finding)).toContain(word);
});

it.each<[string, string, string]>([
  ['web', 'web', 'the only copy'],
  ['web[12]', 'web-12', 'one of several'],
  [`${'a'.repeat(63)}[7]`, `${'a'.repeat(61)}-7`, 'a name as long as it may be'],
])('names the resource of address %s "%s": %s', (address, name) => {
  expect(desiredOf(unit('server', server, address))).toMatchObject({ name });
});

it('has the tags of the resource, unless its properties say otherwise', () => {
  const tagged = { ...unit('server', { ...server, tags: { owner: 'web' } }), tags: { owner: 'shop', cost: '7' } };
  expect(desiredOf(tagged)).toMatchObject({ tags: { owner: 'web', cost: '7' } });
});
