import { engineContract } from '@caisson/testing';
import { startTerraformWorld } from './terraform-world.harness.js';

engineContract('terraform', startTerraformWorld);
