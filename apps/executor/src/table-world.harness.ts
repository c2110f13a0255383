import {
  EngineFailure,
  type ApplyRequest,
  type ApplyResult,
  type Engine,
  type EngineCall,
  type Observation,
  type PlanRequest,
  type UnitInput,
  type UnitPlan,
} from '@caisson/engine';
import { jsonEquals, type JsonObject } from '@caisson/kernel';

/** As much of a pool as the world needs. */
export interface WorldDatabase {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

/** Makes the tables of the world. */
export async function createWorld(database: WorldDatabase): Promise<void> {
  await database.query(`create table world_unit (deployment text, unit text, properties jsonb,
    primary key (deployment, unit))`);
  await database.query('create table world_effect (id bigint generated always as identity, action_key text)');
}

/** The changes that a deployment's world saw, oldest first. */
export async function effectsOf(database: WorldDatabase, deploymentId: string): Promise<readonly string[]> {
  const text = `select action_key from world_effect where action_key like $1 || '/%' order by id`;
  const { rows } = await database.query(text, [deploymentId]);
  return (rows as { action_key: string }[]).map(({ action_key }) => action_key.slice(deploymentId.length + 1));
}

/** What stands for a deployment, by name. */
export async function unitsOf(database: WorldDatabase, deploymentId: string): Promise<readonly string[]> {
  const text = 'select unit from world_unit where deployment = $1 order by unit';
  const { rows } = await database.query(text, [deploymentId]);
  return (rows as { unit: string }[]).map(({ unit }) => unit);
}

/** What an apply of a unit does, by the unit's property `behave`. */
export type Behaviour = 'fail' | 'hang' | 'hang-after';

/**
 * A world in two tables, outside of every process. A unit whose property `behave` says so fails, hangs until it is
 * stopped, or hangs after it was made. `onHang` tells that it hangs.
 */
export class TableWorld implements Engine {
  readonly name = 'sandbox';
  readonly #database: WorldDatabase;
  readonly #onHang: (unitId: string) => void;
  #behaves: boolean;

  constructor(
    database: WorldDatabase,
    options: { readonly onHang?: (unitId: string) => void; readonly behaves?: boolean } = {},
  ) {
    this.#database = database;
    this.#onHang = options.onHang ?? (() => undefined);
    this.#behaves = options.behaves ?? true;
  }

  capabilities = async () => ({ types: [], dryRun: false, resourcesPerUnitMax: 1, alone: [], version: '1' });
  validate = async () => [];
  health = async () => ({ healthy: true });

  async plan({ unit }: PlanRequest, call: EngineCall): Promise<UnitPlan> {
    const standing = await this.#read(unit, call);
    const changed = jsonEquals(standing ?? {}, propertiesOf(unit)) ? 'none' : 'update';
    const action = standing === undefined ? 'create' : changed;
    return { action, resources: [{ address: unit.unitId, action }], changes: [] };
  }

  async apply({ unit }: ApplyRequest, call: EngineCall): Promise<ApplyResult> {
    const behaviour = this.#behaves ? (propertiesOf(unit)['behave'] as Behaviour | undefined) : undefined;
    call.log(`applying ${unit.unitId}`);
    if (behaviour === 'fail') throw new EngineFailure('tool-failed', 'It broke.', { errorClass: 'permanent' });
    if (behaviour === 'hang') await this.#hang(unit, call);
    const standing = await this.#read(unit, call);
    if (standing === undefined || !jsonEquals(standing, propertiesOf(unit))) await this.#write(unit, call);
    if (behaviour === 'hang-after') await this.#hang(unit, call);
    return { resources: [this.#seen(unit, propertiesOf(unit))], evidence: { exitCode: 0 } };
  }

  async destroy(unit: UnitInput, call: EngineCall): Promise<JsonObject> {
    const standing = await this.#read(unit, call);
    await this.#database.query('delete from world_unit where deployment = $1 and unit = $2', [
      call.deploymentId,
      unit.unitId,
    ]);
    if (standing !== undefined) await this.#log(call);
    return { destroyed: standing !== undefined };
  }

  async observe(unit: UnitInput, call: EngineCall): Promise<Observation> {
    const standing = await this.#read(unit, call);
    if (standing === undefined) return { outcome: 'absent' };
    return { outcome: 'observed', resources: [this.#seen(unit, standing)] };
  }

  #seen({ unitId }: UnitInput, properties: JsonObject) {
    return { address: unitId, outputs: { id: `id-of-${unitId}` }, expected: { [unitId]: properties } };
  }

  async #read({ unitId }: UnitInput, { deploymentId }: EngineCall): Promise<JsonObject | undefined> {
    const text = 'select properties from world_unit where deployment = $1 and unit = $2';
    const { rows } = await this.#database.query(text, [deploymentId, unitId]);
    return (rows as { properties: JsonObject }[])[0]?.properties;
  }

  async #write(unit: UnitInput, call: EngineCall): Promise<void> {
    const text = `insert into world_unit values ($1, $2, $3)
      on conflict (deployment, unit) do update set properties = excluded.properties`;
    await this.#database.query(text, [call.deploymentId, unit.unitId, JSON.stringify(propertiesOf(unit))]);
    await this.#log(call);
  }

  async #log({ actionKey }: EngineCall): Promise<void> {
    await this.#database.query('insert into world_effect (action_key) values ($1)', [actionKey]);
  }

  async #hang({ unitId }: UnitInput, { signal }: EngineCall): Promise<void> {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
      this.#onHang(unitId);
    });
    throw new EngineFailure('stopped', 'It was stopped.', { errorClass: 'unknown' });
  }
}

function propertiesOf({ resources }: UnitInput): JsonObject {
  return resources[0]?.properties ?? {};
}
