import { CaissonClient, problemOf, readDesiredState, type HistoryEntry, type RunResource } from '@caisson/client';
import type { Narrator } from './narrator.js';
import { SandboxWorld, type SandboxResource } from './sandbox-world.js';

/** The parts of the story, in order. */
export const CHAPTERS = [
  'log in',
  'create',
  'approve and apply',
  'look at the outputs',
  'change a server behind our back',
  'scan for drift',
  'remediate',
  'change the desired state',
  'roll back',
  'destroy',
  'tell the history',
] as const;

/** One part of the story. */
export type Chapter = (typeof CHAPTERS)[number];

/** Where the story happens. */
export interface StorySetting {
  /** Of the API. */
  readonly url: string;
  readonly sandboxUrl: string;
  readonly bootstrapToken: string;
  /** The desired state of the beginning, and the one it is changed to. */
  readonly files: { readonly first: string; readonly changed: string };
  readonly narrator: Narrator;
  /** Called before each chapter: a test may break something here. */
  readonly beforeChapter?: (chapter: Chapter) => Promise<void>;
  /** Called as soon as a run has started to execute: a test may break something here. */
  readonly duringRun?: (run: RunResource) => Promise<void>;
}

/** What the story left behind, for whoever checks it. */
export interface StoryEnd {
  readonly deploymentId: string;
  readonly history: readonly HistoryEntry[];
  /** Resources in the sandbox cloud after the first apply, and at the end. */
  readonly world: { readonly applied: readonly SandboxResource[]; readonly end: readonly SandboxResource[] };
  readonly driftPaths: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

const ACCOUNT = { username: 'admin', password: 'correct horse battery staple' } as const;

/**
 * One deployment from its first wish to its end: planned, approved, applied, drifted, remediated, changed, rolled back
 * and destroyed. The same story is the demo and the end-to-end test.
 *
 * @throws Error that says which expectation the system did not meet.
 */
export async function tellStory(setting: StorySetting): Promise<StoryEnd> {
  const story = new Story(setting, await logIn(setting));
  const deploymentId = await story.create();
  const applied = await story.world.resources(deploymentId);
  const outputs = await story.showOutputs(deploymentId);
  await story.meddle(deploymentId);
  const driftPaths = await story.scanAndRemediate(deploymentId);
  await story.change(deploymentId);
  await story.rollBack(deploymentId);
  await story.destroy(deploymentId);
  const history = await story.showHistory(deploymentId);
  const end = await story.world.resources(deploymentId);
  return { deploymentId, history, world: { applied, end }, driftPaths, outputs };
}

async function logIn(setting: StorySetting): Promise<CaissonClient> {
  await begin(setting, 'log in');
  const anonymous = new CaissonClient({ url: setting.url });
  try {
    await anonymous.register({ ...ACCOUNT, bootstrapToken: setting.bootstrapToken });
    setting.narrator.say(`registered "${ACCOUNT.username}" with the bootstrap token`);
  } catch (error) {
    if (problemOf(error)?.status !== 409) throw error;
    setting.narrator.say(`"${ACCOUNT.username}" is registered already`);
  }
  const { access_token: token } = await anonymous.login(ACCOUNT);
  return new CaissonClient({ url: setting.url, token });
}

async function begin(setting: StorySetting, chapter: Chapter): Promise<void> {
  setting.narrator.chapter(chapter);
  await setting.beforeChapter?.(chapter);
}

class Story {
  readonly world: SandboxWorld;
  readonly #setting: StorySetting;
  readonly #client: CaissonClient;
  readonly #narrator: Narrator;

  constructor(setting: StorySetting, client: CaissonClient) {
    this.#setting = setting;
    this.#client = client;
    this.#narrator = setting.narrator;
    this.world = new SandboxWorld(setting.sandboxUrl);
  }

  async create(): Promise<string> {
    await begin(this.#setting, 'create');
    const desired = await readDesiredState(this.#setting.files.first);
    const { deployment, run } = await this.#client.createDeployment(desired);
    this.#narrator.say(`deployment ${deployment.name} (${deployment.id}), run ${run.id}`);
    const planned = await this.#plan(run.id);
    await begin(this.#setting, 'approve and apply');
    await this.#approveAndApply(planned);
    return deployment.id;
  }

  async showOutputs(deploymentId: string): Promise<Readonly<Record<string, unknown>>> {
    await begin(this.#setting, 'look at the outputs');
    const { outputs } = await this.#client.deployment(deploymentId);
    this.#narrator.outputs(outputs);
    return outputs;
  }

  async meddle(deploymentId: string): Promise<void> {
    await begin(this.#setting, 'change a server behind our back');
    const [[unit, server] = []] = [...(await this.world.servers(deploymentId))].sort(([left], [right]) =>
      left < right ? -1 : 1,
    );
    if (server === undefined) throw new Error('the deployment has no server to change');
    await this.world.meddle(server.id, { flavor: 'm1.large' });
    this.#narrator.say(`somebody made ${unit ?? server.name} an m1.large, past Caisson`);
  }

  async scanAndRemediate(deploymentId: string): Promise<readonly string[]> {
    await begin(this.#setting, 'scan for drift');
    const reportId = await this.#client.scan(deploymentId);
    const report = await this.#client.waitForScan(reportId);
    this.#narrator.drift(report.items);
    if (report.items.length === 0) throw new Error('the scan did not find the change');
    await begin(this.#setting, 'remediate');
    const { run } = await this.#client.remediate(reportId);
    await this.#approveAndApply(await this.#plan(run.id));
    const after = await this.#client.waitForScan(await this.#client.scan(deploymentId));
    if (after.items.length > 0) throw new Error(`drift is left: ${after.items.map(({ path }) => path).join(', ')}`);
    this.#narrator.say('a second scan finds nothing');
    return report.items.map(({ resource, path }) => `${resource}.${path}`);
  }

  async change(deploymentId: string): Promise<void> {
    await begin(this.#setting, 'change the desired state');
    const desired = await readDesiredState(this.#setting.files.changed);
    const { run } = await this.#client.changeDeployment(deploymentId, desired);
    await this.#approveAndApply(await this.#plan(run.id));
  }

  async rollBack(deploymentId: string): Promise<void> {
    await begin(this.#setting, 'roll back');
    const { run } = await this.#client.rollback(deploymentId);
    await this.#approveAndApply(await this.#plan(run.id));
  }

  async destroy(deploymentId: string): Promise<void> {
    await begin(this.#setting, 'destroy');
    const { run } = await this.#client.destroyDeployment(deploymentId);
    if (run === undefined) throw new Error('nothing had to be destroyed');
    await this.#approveAndApply(await this.#plan(run.id));
    const { status } = await this.#client.deployment(deploymentId);
    this.#narrator.say(`the deployment is ${status}`);
  }

  async showHistory(deploymentId: string): Promise<readonly HistoryEntry[]> {
    await begin(this.#setting, 'tell the history');
    const history = await this.#client.history(deploymentId);
    this.#narrator.timeline(history);
    return history;
  }

  /** Waits for the plan and shows it. */
  async #plan(runId: string): Promise<RunResource> {
    const run = await this.#settle(runId, ['awaiting_approval']);
    this.#narrator.plan(await this.#client.plan(runId));
    return run;
  }

  async #approveAndApply(planned: RunResource): Promise<void> {
    if (planned.planDigest === undefined) throw new Error(`run ${planned.id} has no plan digest`);
    await this.#client.approve(planned.id, planned.planDigest);
    this.#narrator.say(`approved ${planned.planDigest.slice(0, 19)}…`);
    await this.#setting.duringRun?.(planned);
    await this.#settle(planned.id, ['completed']);
  }

  async #settle(runId: string, wanted: readonly string[]): Promise<RunResource> {
    const onChange = (run: RunResource): void => {
      this.#narrator.progress(run);
    };
    const states = ['awaiting_approval', 'completed', 'cancelled', 'failed', 'rolled_back'] as const;
    const awaited = states.filter((state) => state !== 'awaiting_approval' || wanted.includes(state));
    const run = await this.#client.waitForRun(runId, { onChange, states: awaited });
    if (wanted.includes(run.state)) return run;
    throw new Error(`run ${run.id} (${run.kind}) is ${run.state}, not ${wanted.join(' or ')}: ${reasonOf(run)}`);
  }
}

function reasonOf(run: RunResource): string {
  if (run.failure === undefined) return 'no reason given';
  const diagnostics = run.failure.diagnostics.map(({ summary, detail }) => `${summary} ${detail ?? ''}`);
  return [run.failure.message, ...diagnostics].join(' / ');
}
