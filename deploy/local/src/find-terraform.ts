import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The first `terraform` or `tofu` on the PATH; undefined when there is none. */
export async function findTerraformOnPath(path = process.env['PATH'] ?? ''): Promise<string | undefined> {
  for (const name of ['terraform', 'tofu']) {
    for (const folder of path.split(delimiter).filter((entry) => entry !== '')) {
      const file = join(folder, name);
      const found = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (found) return file;
    }
  }
  return undefined;
}
