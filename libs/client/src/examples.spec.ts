import { join } from 'node:path';
import { DesiredState, validateDesiredState } from '@caisson/contracts';
import { describe, expect, it } from 'vitest';
import { readDesiredState } from './desired-state-file.js';

const EXAMPLES = join(import.meta.dirname, '../../../examples');

async function readExample(file: string): Promise<DesiredState> {
  return DesiredState.parse(await readDesiredState(join(EXAMPLES, file)));
}

describe.each(['shop', 'shop-sandbox'])('the example %s', (folder) => {
  it.each(['caisson.yaml', 'caisson.v2.yaml'])('%s can be planned', async (file) => {
    expect(validateDesiredState(await readExample(`${folder}/${file}`))).toEqual([]);
  });

  it('has a change that makes the servers larger and adds one', async () => {
    const first = await readExample(`${folder}/caisson.yaml`);
    const changed = await readExample(`${folder}/caisson.v2.yaml`);
    const servers = first.resources.find((resource) => resource.name === 'web')!;
    const larger = { ...servers, count: 3, properties: { ...servers.properties, flavor: 'm1.medium' } };
    const others = first.resources.filter((resource) => resource.name !== 'web');
    expect(changed).toEqual({ ...first, resources: [...others, larger] });
  });
});

it('sends the Terraform files of the shop along', async () => {
  const shop = await readExample('shop/caisson.yaml');
  const { files } = shop.resources[0]!.properties['source'] as { files: Record<string, string> };
  expect(Object.keys(files)).toEqual(['main.tf', 'outputs.tf', 'variables.tf']);
});
