import { join } from 'node:path';
import { WORKSPACE } from './workspace.js';

/** The desired states of the story. */
export interface StoryFiles {
  readonly first: string;
  readonly changed: string;
}

/** With a Terraform configuration in it, or with the sandbox cloud alone. */
export function storyFiles(withTerraform: boolean): StoryFiles {
  const folder = join(WORKSPACE, 'examples', withTerraform ? 'shop' : 'shop-sandbox');
  return { first: join(folder, 'caisson.yaml'), changed: join(folder, 'caisson.v2.yaml') };
}
