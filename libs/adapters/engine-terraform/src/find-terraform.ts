import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** Programs that speak this language, the preferred one first. */
const BINARIES = ['terraform', 'tofu'] as const;

/**
 * Finds the program to use: the given one, or the first of `terraform` and `tofu` on the search path.
 *
 * @param searchPath - as in the variable PATH.
 * @param wanted - a name or an absolute path; absent: whichever is there.
 * @returns an absolute path; undefined when there is none.
 */
export async function findTerraform(searchPath: string, wanted?: string): Promise<string | undefined> {
  const names = wanted === undefined ? BINARIES : [wanted];
  for (const name of names) {
    const candidates = name.includes('/') ? [name] : searchPath.split(delimiter).map((folder) => join(folder, name));
    for (const candidate of candidates) {
      if (isAbsolute(candidate) && (await isExecutable(candidate))) return candidate;
    }
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
