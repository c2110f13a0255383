import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { messageOf } from '@caisson/kernel';
import { parse } from 'yaml';

/** Bounds of one uploaded folder; larger ones belong into a repository. */
const FOLDER_LIMITS = { filesMax: 100, bytesMax: 200_000, depthMax: 8 } as const;

/** Files that are never uploaded: state and what tools leave behind. */
const LEFT_OUT = /(^|\/)(\.terraform|\.git|node_modules)(\/|$)|\.tfstate(\..*)?$|\.tfplan$/;

/**
 * Reads a desired state from a YAML or JSON file. A `source: {path}` below the file's folder is replaced by the files
 * in it, since the API cannot see this machine's disk.
 *
 * @throws Error that names the file and what is wrong with it.
 */
export async function readDesiredState(file: string): Promise<Record<string, unknown>> {
  const document = await readYaml(file);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new Error(`${file} must hold one mapping, the desired state.`);
  }
  const folder = dirname(resolve(file));
  const state = document as Record<string, unknown>;
  const resources = Array.isArray(state['resources']) ? (state['resources'] as unknown[]) : [];
  return { ...state, resources: await Promise.all(resources.map((resource) => withFiles(resource, folder))) };
}

async function readYaml(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => unreadable(file, error));
  try {
    return parse(text, { maxAliasCount: 10 });
  } catch (error) {
    throw new Error(`${file} is no YAML: ${messageOf(error).trimEnd()}`, { cause: error });
  }
}

function unreadable(path: string, error: unknown): never {
  throw new Error(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
}

async function withFiles(resource: unknown, folder: string): Promise<unknown> {
  const path = sourcePath(resource);
  if (path === undefined) return resource;
  const root = resolve(folder, path);
  if (root !== folder && !root.startsWith(folder + sep))
    throw new Error(`source.path ${path} leaves the folder of the file.`);
  const { properties, ...rest } = resource as { properties: Record<string, unknown> };
  return { ...rest, properties: { ...properties, source: { files: await readFolder(root) } } };
}

function sourcePath(resource: unknown): string | undefined {
  const source = (resource as { properties?: { source?: { path?: unknown } } } | undefined)?.properties?.source;
  return typeof source?.path === 'string' ? source.path : undefined;
}

async function readFolder(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) =>
    unreadable(root, error),
  );
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !LEFT_OUT.test(path) && path.split('/').length <= FOLDER_LIMITS.depthMax)
    .sort();
  if (paths.length > FOLDER_LIMITS.filesMax) throw new Error(`${root} has more than ${FOLDER_LIMITS.filesMax} files.`);
  const files = await Promise.all(paths.map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const));
  const bytes = files.reduce((sum, [, content]) => sum + content.length, 0);
  if (bytes > FOLDER_LIMITS.bytesMax) throw new Error(`${root} has more than ${FOLDER_LIMITS.bytesMax} bytes.`);
  return Object.fromEntries(files);
}
