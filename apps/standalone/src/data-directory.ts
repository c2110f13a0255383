import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Fault, messageOf } from '@caisson/kernel';

const OTHERS_MAY_ENTER = 0o001;

/**
 * Makes the data folder. As root, Postgres runs as another user, who must be able to get to its data.
 *
 * @throws Fault `data-directory-unreachable` that names the folder and the remedy.
 */
export async function makeDataDirectory(directory: string): Promise<string> {
  const path = resolve(directory);
  try {
    await makeFolder(path);
  } catch (error) {
    throw new Fault(
      'data-directory-unreachable',
      `The data folder ${path} cannot be made: ${messageOf(error)}. Set CAISSON_DATA_DIR to another folder.`,
      { retryable: false, cause: error },
    );
  }
  if (process.getuid?.() !== 0) return path;
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & OTHERS_MAY_ENTER) === 0) {
      throw new Fault(
        'data-directory-unreachable',
        `Postgres, which does not run as root, cannot enter ${folder}. ` +
          'Set CAISSON_DATA_DIR to a folder that every user can reach, or run as another user.',
        { retryable: false },
      );
    }
  }
  return path;
}

/** Not `recursive`: where nothing can be made at all, such as in /proc, Node asks for ever. */
async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  if (path !== dirname(path)) await makeFolder(dirname(path));
  await mkdir(path, { mode: 0o755 });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
