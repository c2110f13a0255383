import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { isKnownDead } from '@caisson/event-store-postgres';
import { digestOf, invariant } from '@caisson/kernel';
import { whereSpaceIs } from './full-disk.js';
import { refusePath, type TerraformModule } from './module-properties.js';

/** Values of the variables. Terraform reads them from here, so that they are in no argument and no environment. */
export const VARIABLES_FILE = 'caisson-variables.tfvars.json';
/** The saved dry run while it is made or applied. */
export const PLAN_FILE = 'caisson-plan.bin';

const BACKEND_FILE = 'caisson-backend.tf.json';
/** Everything about the backend comes from the environment of each command, so no secret is in a file. */
const BACKEND = { terraform: { backend: { http: {} } } };
const DATA_FOLDER = '.terraform';
const INITIALISED_FILE = join(DATA_FOLDER, 'caisson-initialised');
/** Where `init` notes which backend it has set up. */
const BACKEND_RECORD = join(DATA_FOLDER, 'terraform.tfstate');
/** Terraform leaves a state here that it could not store. Losing it would orphan what was made. */
const ERRORED_STATE = 'errored.tfstate';
const RECOVERY_SUFFIX = '.recovery';

/** Names one unit's place on disk. */
export interface UnitPlace {
  readonly tenantId: string;
  readonly deploymentId: string;
  readonly unitId: string;
}

/** Private folders that Terraform works in, under one data folder. */
export class WorkDirectories {
  readonly #actingRoot: string;
  readonly #readingRoot: string;
  readonly #own: string;
  #prepared: Promise<void> | undefined;

  /** @param identity - `processIdentity()`: what a process that died left of its reading is removed. */
  constructor(dataDirectory: string, identity: string) {
    this.#actingRoot = resolve(dataDirectory, 'units');
    this.#readingRoot = resolve(dataDirectory, 'reading');
    this.#own = encodeURIComponent(identity);
  }

  /** The folder in which a unit is changed: one for its life, so that what a crash left is found again. */
  async acting(place: UnitPlace): Promise<string> {
    const path = join(this.#actingRoot, ...[place.tenantId, place.deploymentId, place.unitId].map(folderName));
    await makeFolder(path);
    return path;
  }

  /** A fresh folder for reading. Remove it afterwards. What processes that died left is removed first. */
  async reading(): Promise<string> {
    this.#prepared ??= this.#removeLeftovers().catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    await this.#prepared;
    const root = join(this.#readingRoot, this.#own);
    await makeFolder(root);
    return whereSpaceIs(root, () => mkdtemp(join(root, 'unit-')));
  }

  async #removeLeftovers(): Promise<void> {
    await makeFolder(this.#readingRoot);
    const left = (await readdir(this.#readingRoot)).filter((name) => isKnownDead(decodeURIComponent(name)));
    for (const name of left) await removeDirectory(join(this.#readingRoot, name));
  }
}

/** Removes a folder and all in it. */
export async function removeDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/**
 * Writes a module into a folder in place of whatever was there, with our backend and the variables. What `init` made is
 * kept while the files are the same.
 *
 * @returns whether the folder is initialised for these files.
 */
export async function writeModule(directory: string, module: TerraformModule): Promise<boolean> {
  const digest = digestOf(module.files);
  const initialised = (await readText(join(directory, INITIALISED_FILE))) === digest;
  await clear(directory, initialised ? [ERRORED_STATE, DATA_FOLDER] : [ERRORED_STATE]);
  for (const [path, text] of Object.entries(module.files)) await writeInside(directory, path, text);
  await writePrivate(join(directory, BACKEND_FILE), JSON.stringify(BACKEND));
  await writePrivate(join(directory, VARIABLES_FILE), JSON.stringify(module.variables));
  return initialised;
}

/**
 * Removes the module from a folder after work: files, variables and plan may hold secrets. What `init` made stays, and
 * so does a state that Terraform could not store.
 */
export async function removeModule(directory: string): Promise<void> {
  await clear(directory, [ERRORED_STATE, DATA_FOLDER]);
}

/** Records that a folder is initialised for these files. */
export async function markInitialised(directory: string, module: TerraformModule): Promise<void> {
  await makeFolder(join(directory, DATA_FOLDER));
  await writePrivate(join(directory, INITIALISED_FILE), digestOf(module.files));
}

/** What `init` noted about our backend; undefined when it did not. */
export async function readBackendRecord(directory: string): Promise<string | undefined> {
  return readText(join(directory, BACKEND_RECORD));
}

/** Notes about our backend what `init` noted in another folder. */
export async function writeBackendRecord(directory: string, record: string): Promise<void> {
  await makeFolder(join(directory, DATA_FOLDER));
  await writePrivate(join(directory, BACKEND_RECORD), record);
}

/** Writes a saved dry run to be applied. */
export async function writePlan(directory: string, artifact: Uint8Array): Promise<void> {
  await writePrivate(join(directory, PLAN_FILE), artifact);
}

/** Reads the saved dry run that was just made. */
export async function readPlanFile(directory: string): Promise<Uint8Array> {
  return readFile(join(directory, PLAN_FILE));
}

/**
 * Puts a state that Terraform could not store out of the way of the next command, which would write over it.
 *
 * @returns its path; undefined when there is none, or an empty file, which a full disk leaves.
 */
export async function takeErroredState(directory: string): Promise<string | undefined> {
  const path = join(directory, ERRORED_STATE);
  const kept = `${directory}${RECOVERY_SUFFIX}`;
  if ((await hasContent(path)) && !(await hasContent(kept))) {
    await rename(path, kept);
    await chmod(kept, 0o600);
  }
  return (await hasContent(kept)) ? kept : undefined;
}

async function clear(directory: string, kept: readonly string[]): Promise<void> {
  const names = await readdir(directory);
  for (const name of names.filter((found) => !kept.includes(found))) await removeDirectory(join(directory, name));
}

async function writeInside(directory: string, path: string, text: string): Promise<void> {
  const target = resolve(directory, path);
  // Properties were checked when they came in; here nothing is written outside whatever they say.
  invariant(refusePath(path) === undefined && target.startsWith(directory + sep), `refused to write "${path}"`);
  await makeFolder(dirname(target));
  await writePrivate(target, text);
}

async function makeFolder(path: string): Promise<void> {
  await whereSpaceIs(path, () => mkdir(path, { recursive: true, mode: 0o700 }));
}

async function writePrivate(path: string, content: string | Uint8Array): Promise<void> {
  await whereSpaceIs(path, () => writeFile(path, content, { mode: 0o600 }));
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined; // Not there yet.
  }
}

async function hasContent(path: string): Promise<boolean> {
  try {
    return (await stat(path)).size > 0;
  } catch {
    return false; // Not there.
  }
}

/** An id as a folder name: what is not a letter, digit, `-` or `_` becomes `%` and its code, so `..` cannot appear. */
function folderName(id: string): string {
  const name = id.replaceAll(/[^A-Za-z0-9_-]/g, (character) => `%${character.codePointAt(0)?.toString(16) ?? ''}`);
  invariant(name !== '' && name.length <= 200, `"${id}" cannot name a folder`);
  return name;
}
