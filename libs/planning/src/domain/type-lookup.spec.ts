import { PriceBook, TypeTable } from '@caisson/contracts';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_TABLES, tableVersion } from './planning-tables.js';
import { TypeLookup } from './type-lookup.js';

const builtIn = new TypeLookup(BUILT_IN_TABLES);
const { priceBook, typeTable } = BUILT_IN_TABLES;

describe('the tables that come with Caisson', () => {
  it.each([
    ['network', 1, 30, 5],
    ['dns', 2, 60, 2],
    ['storage', 3, 15, 10],
    ['database', 4, 120, 75],
    ['cache', 5, 60, 40],
    ['queue', 6, 60, 15],
    ['compute', 7, 60, 50],
    ['container', 8, 90, 100],
    ['serverless', 9, 30, 20],
    ['load_balancer', 10, 45, 25],
    ['cdn', 11, 60, 30],
    ['anything else', 99, 60, 25],
  ])('say of %s: priority %i, %i s, %i a month', (...row) => {
    const [type, priority, seconds, costPerMonth] = row;
    expect(builtIn.facts('some', type)).toMatchObject({ priority, durationMs: seconds * 1000, costPerMonth });
  });

  it('map a type and its provider to an engine and its own type', () => {
    const sources = { aws: 'hashicorp/aws', azure: 'hashicorp/azurerm', gcp: 'hashicorp/google' };
    expect(builtIn.mapping('compute', 'aws')).toEqual({
      ...{ type: 'compute', provider: 'aws', engine: 'terraform', engineType: 'aws_instance' },
      ...{ source: sources.aws, version: '~> 5.0' },
    });
    expect(builtIn.mapping('container', 'azure')).toMatchObject({ engineType: 'azurerm_kubernetes_cluster' });
    expect(builtIn.mapping('database', 'gcp')).toMatchObject({ engineType: 'google_sql_database_instance' });
    expect(builtIn.typesOf('aws')).toHaveLength(11);
    expect(builtIn.typesOf('azure')).toHaveLength(5);
    expect(builtIn.typesOf('gcp')).toHaveLength(5);
  });

  it('know a mapped type again by what the engine calls it', () => {
    expect(builtIn.facts('terraform', 'google_sql_database_instance')).toMatchObject({
      ...{ priority: 4, durationMs: 120_000, costPerMonth: 75, holdsData: true },
    });
    expect(builtIn.facts('terraform', 'module')).toMatchObject({ durationMs: 5_000, costPerMonth: 0 });
    expect(builtIn.facts('sandbox', 'volume').irreversible).toContain('loses its data');
  });

  it('say what cannot be bought, by leaving it out', () => {
    expect(builtIn.mapping('cdn', 'gcp')).toBeUndefined();
    expect(builtIn.providersOf('cdn')).toEqual(['aws']);
  });
});

describe('a price', () => {
  it('is that of the provider before that of the type', () => {
    const providers = [{ type: 'compute', provider: 'aws', costPerMonth: 61.5 }];
    const book = PriceBook.parse({ ...priceBook.content, currency: 'EUR', providers });
    const lookup = new TypeLookup({ typeTable, priceBook: tableVersion(2, book) });
    expect(lookup.facts('terraform', 'aws_instance').costPerMonth).toBe(61.5);
    expect(lookup.facts('terraform', 'google_compute_instance').costPerMonth).toBe(50);
    expect(lookup.currency).toBe('EUR');
  });
});

describe('a table', () => {
  const { content } = typeTable;
  const [first] = content.mappings;

  it.each([
    ['a pair that is mapped twice', { mappings: [...content.mappings, first] }, 'mapped twice'],
    ['a mapping of no type', { mappings: [{ ...first, type: 'moon' }] }, 'moon'],
    [
      'defaults on nothing',
      { defaults: [{ provider: 'x', resources: [{ name: 'a', type: 'b', dependsOn: ['c'] }] }] },
      'not one of its resources',
    ],
    [
      'a default that is there twice',
      { defaults: [{ provider: 'x', resources: ['a', 'a'].map((name) => ({ name, type: 'b' })) }] },
      '\\"a\\" is there twice',
    ],
    [
      'a default whose resource would have too long a name',
      { defaults: [{ provider: 'x', resources: [{ name: 'a'.repeat(50), type: 'b' }] }] },
      'no DNS label',
    ],
    [
      'defaults of a provider that no name can hold',
      { defaults: [{ provider: 'My.Cloud', resources: [{ name: 'a', type: 'b' }] }] },
      'no DNS label',
    ],
    ['risk that turns high before medium', { risk: { ...content.risk, highFrom: 1 } }, 'mediumFrom'],
  ])('with %s is refused', (_what, changes, word) => {
    const parsed = TypeTable.safeParse({ ...content, ...changes });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toContain(word);
  });

  it('with two prices of one thing is refused', () => {
    const engineTypes = [...priceBook.content.engineTypes, ...priceBook.content.engineTypes];
    expect(PriceBook.safeParse({ ...priceBook.content, engineTypes }).success).toBe(false);
  });
});
