import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Pause between two looks. A tool cannot write much more in that time than a disk takes. */
const LOOK_EVERY_MS = 500;

/** A folder with more files than this is as full as one with too many bytes. */
const FILES_MAX = 100_000;

/**
 * Looks at the size of a folder again and again, until told to stop, and tells once when it is more than it may be.
 *
 * @returns stops looking.
 */
export function watchFolder(path: string, bytesMax: number, onTooLarge: () => void): () => void {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const tooLarge = await isLargerThan(path, bytesMax, () => stopped);
    if (stopped) return;
    if (tooLarge) onTooLarge();
    else timer = setTimeout(() => void look(), LOOK_EVERY_MS);
  };
  timer = setTimeout(() => void look(), LOOK_EVERY_MS);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Whether files in a folder take more than so many bytes. Links are not followed; the unreadable counts nothing. */
async function isLargerThan(path: string, bytesMax: number, isStopped: () => boolean): Promise<boolean> {
  const open = [path];
  let bytes = 0;
  let files = 0;
  for (let folder = open.pop(); folder !== undefined && !isStopped(); folder = open.pop()) {
    for (const entry of await entriesOf(folder)) {
      files += 1;
      const place = join(folder, entry.name);
      if (entry.isDirectory()) open.push(place);
      else if (entry.isFile()) bytes += await sizeOf(place);
      if (bytes > bytesMax || files > FILES_MAX) return true;
    }
  }
  return false;
}

/** Allocated, not apparent: a sparse file fills nothing. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).blocks * 512;
  } catch {
    return 0; // It was removed meanwhile.
  }
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    return []; // It was removed meanwhile.
  }
}
