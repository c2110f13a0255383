import { engineContract, lacks } from '@caisson/testing';
import { describe } from 'vitest';
import { startTerraformWorld } from './terraform-world.harness.js';

describe.skipIf(lacks('terraform'))('with the program', () => {
  engineContract('terraform', startTerraformWorld);
});
