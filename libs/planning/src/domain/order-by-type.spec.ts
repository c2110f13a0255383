import { TypeTable } from '@caisson/contracts';
import { describe, expect, it } from 'vitest';
import { desired, offersOf, request, type Resource } from './planning.fixtures.spec.js';
import { BUILT_IN_TABLES, tableVersion } from './planning-tables.js';
import { prepareUnits } from './prepare-units.js';
import { TypeLookup } from './type-lookup.js';

const { content } = BUILT_IN_TABLES.typeTable;

/** The built-in table, with compute after networks. */
function ruled(after: readonly string[] = ['network']): TypeTable {
  const compute = { ...content.types['compute'], after };
  return TypeTable.parse({ ...content, types: { ...content.types, compute } });
}

function prepared(resources: readonly Resource[]) {
  const lookup = new TypeLookup({ ...BUILT_IN_TABLES, typeTable: tableVersion(2, ruled()) });
  return prepareUnits(request(desired(resources)), { offers: offersOf('cloud', 'other'), lookup });
}

const place = { engine: 'cloud', type: 'compute' };

describe('the rules of types', () => {
  it('put resources after those of another type, all copies, at the same place only', () => {
    const result = prepared([
      { name: 'web', ...place },
      { name: 'net', ...place, type: 'network', count: 2 },
      { name: 'far', ...place, type: 'network', region: 'far' },
      { name: 'foreign', engine: 'other', type: 'network' },
      { name: 'db', ...place, type: 'database' },
    ]);
    expect(result).toMatchObject({
      order: {
        waves: [['net[0]', 'net[1]', 'far', 'foreign', 'db'], ['web']],
        edges: [
          ['net[0]', 'web'],
          ['net[1]', 'web'],
        ],
      },
    });
  });

  it('are not contradicted unseen: the whole circle is named', () => {
    const result = prepared([
      { name: 'web', ...place },
      { name: 'net', ...place, type: 'network', dependsOn: ['web'] },
    ]);
    expect(result).toMatchObject({
      code: 'dependency-cycle',
      diagnostics: [{ summary: expect.stringContaining('web → net → web') as string }],
    });
  });

  it('do not make more of a plan than can be planned', () => {
    const many = (name: string, type: string) =>
      Array.from({ length: 6 }, (_, index) => ({ ...place, name: `${name}${index}`, type, count: 100 }));
    const result = prepared([...many('web', 'compute'), ...many('net', 'network')]);
    expect(result).toMatchObject({ code: 'plan-too-large' });
  });

  it('are refused when types wait for each other or are not there', () => {
    const types = { ...content.types, network: { ...content.types['network'], after: ['compute', 'moon'] } };
    const refused = TypeTable.safeParse({ ...ruled(), types: { ...ruled().types, network: types.network } });
    expect(refused.error?.issues).toMatchObject([
      { path: ['types', 'network', 'after', 1], message: '"moon" is not one of "types"' },
      { path: ['types', 'network', 'after'], message: 'network → compute → network wait for each other' },
    ]);
  });
});
