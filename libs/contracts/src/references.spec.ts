import { expect, it } from 'vitest';
import { findReferences, resolveReferences } from './references.js';

const unit = { properties: { cidr: '10.0.0.0/8' }, outputs: { id: 'net-1', ports: [80] } };
const lookup = (unitId: string) => (unitId === 'network' ? unit : undefined);

it('puts in a value with its type when it stands alone, and as text inside other text', () => {
  const { value, unresolved } = resolveReferences(
    { alone: '${network.outputs.ports}', inside: 'on ${network.id} in ${network.cidr}' },
    lookup,
  );
  expect(value).toEqual({ alone: [80], inside: 'on net-1 in 10.0.0.0/8' });
  expect(unresolved).toEqual([]);
});

it('leaves in what is not known yet and lists it', () => {
  const { value, unresolved } = resolveReferences({ of: '${other.id} and ${network.nothing}' }, lookup);
  expect(value).toEqual({ of: '${other.id} and ${network.nothing}' });
  expect(unresolved.map(({ expression }) => expression)).toEqual(['other.id', 'network.nothing']);
});

it('leaves uploaded files alone: they belong to a tool with placeholders of its own', () => {
  const properties = {
    source: { files: { 'main.tf': '"${var.name}-${count.index + 1}"' }, path: '${network.id}' },
    files: { note: '${network.id}' },
  };
  expect(findReferences(properties).malformed).toEqual([]);
  expect(findReferences(properties).references).toHaveLength(2);
  expect(resolveReferences(properties, lookup).value).toEqual({
    source: { files: { 'main.tf': '"${var.name}-${count.index + 1}"' }, path: 'net-1' },
    files: { note: 'net-1' },
  });
});
