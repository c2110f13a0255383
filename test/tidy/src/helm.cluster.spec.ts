import { randomBytes, randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goProgram } from './go-program.js';
import { ROOT } from './repository.js';

// Installs the chart on a real control plane whose pods are simulated by kwok: everything but the containers is real.
// `CAISSON_KUBECONFIG=… npx vitest run --project cluster`. Needs such a cluster, so it is not part of `npm test`.

const KUBECONFIG = process.env['CAISSON_KUBECONFIG'];
const CHART = join(ROOT, 'deploy/helm/caisson');
const KEYS = [
  'database-url',
  'database-owner-url',
  'jwt-secret',
  'callback-secret',
  'encryption-key',
  'bootstrap-token',
];
const SETTINGS = ['existingSecret=caisson', 'kafkaBrokers=kafka:9092', 'redisUrl=redis://redis:6379'];
const BUILD_MS_MAX = 1_200_000;
const SETTLED_MS_MAX = 60_000;

/** Pods at least, by service: what autoscalers bring without any load. */
const PODS = { api: 3, 'drift-detector': 2, executor: 2, planner: 2, 'webhook-ingest': 2 };

/** Simulated pods use nothing, and nobody measures it: autoscalers keep to their least. */
const UNMEASURED = new Set(['FailedGetResourceMetric', 'FailedComputeMetricsReplicas']);

interface Live {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly generation?: number;
    readonly managedFields?: readonly { readonly manager: string; readonly operation: string }[];
  };
  readonly spec: {
    readonly replicas?: number;
    readonly template?: { readonly spec: { readonly containers: Image[] } };
  };
  readonly status?: Readonly<Record<string, unknown>> & {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  readonly reason?: string;
  readonly message?: string;
  readonly endpoints?: readonly { readonly conditions: { readonly ready: boolean } }[];
}

interface Image {
  readonly image: string;
}

describe.skipIf(KUBECONFIG === undefined)('the chart on a cluster', () => {
  const namespace = `caisson-${randomUUID().slice(0, 8)}`;
  const place = ['--namespace', namespace, '--kubeconfig', KUBECONFIG ?? ''];
  let helmProgram: string;

  beforeAll(() => {
    helmProgram = goProgram({ name: 'helm', module: 'helm.sh/helm/v4/cmd/helm', version: 'v4.3.1' });
    kubectl('create', 'namespace', namespace);
    const literals = KEYS.flatMap((key) => ['--from-literal', `${key}=${randomBytes(24).toString('base64')}`]);
    kubectl('create', 'secret', 'generic', 'caisson', ...literals);
  }, BUILD_MS_MAX);
  afterAll(() => {
    kubectl('delete', 'namespace', namespace, '--wait=false');
  });

  function run(program: string, args: readonly string[]): string {
    const { status, stderr, stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: 120_000 });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  function kubectl(...args: readonly string[]): string {
    return run('kubectl', [...args, ...place]);
  }

  function live(kinds: string, ...args: readonly string[]): readonly Live[] {
    const text = kubectl('get', kinds, '--output', 'json', '--show-managed-fields', ...args);
    return (JSON.parse(text) as { items: Live[] }).items;
  }

  /** The migration's Job runs as a hook first; then all that the chart holds is applied and waited for. */
  function helm(what: 'install' | 'upgrade', ...settings: readonly string[]): string {
    const values = [...SETTINGS, 'monitoring.dashboards.enabled=true', ...settings].flatMap((one) => ['--set', one]);
    return run(helmProgram, [
      ...[what, 'shop', CHART, ...values, ...place],
      ...['--server-side=true', '--wait', '--timeout', '100s'],
    ]);
  }

  function sayTrouble(): void {
    const trouble = live('events', '--field-selector', 'type=Warning').filter(({ reason }) => !isUnmeasured(reason));
    expect(trouble.map(({ message, reason }) => `${reason ?? ''}: ${message ?? ''}`)).toEqual([]);
  }

  async function settled(): Promise<void> {
    await eventually(
      'every controller to be content',
      () => {
        const all = live('deployments,poddisruptionbudgets');
        for (const [service, pods] of Object.entries(PODS)) {
          const ofKind = (kind: string) =>
            all.find((one) => one.kind === kind && one.metadata.name === `shop-${service}`);
          const [deployment, budget] = [ofKind('Deployment'), ofKind('PodDisruptionBudget')];
          const { metadata, status } = deployment ?? {};
          const seen = { pods: status?.['availableReplicas'], made: status?.['observedGeneration'] };
          expect(seen, service).toEqual({ pods, made: metadata?.generation });
          expect(status?.['updatedReplicas'], service).toBe(pods);
          expect(holds(deployment, 'Available') && holds(deployment, 'Progressing'), service).toBe(true);
          expect(budget?.status?.['disruptionsAllowed'], service).toBe(1);
        }
        return true;
      },
      SETTLED_MS_MAX,
    );
  }

  it('is installed: the migration first, then every deployment with all of its pods', async () => {
    expect(helm('install')).toContain('STATUS: deployed');
    await settled();
    expect(live('jobs')).toEqual([]); // It has succeeded, and goes with that.
    const migrated = live('events', '--field-selector', 'involvedObject.kind=Job').map(({ reason }) => reason);
    expect(migrated).toContain('Completed');
    sayTrouble();
  });

  it('is applied by the server, which keeps for autoscalers what is theirs', () => {
    const deployments = live('deployments');
    expect(deployments).toHaveLength(Object.keys(PODS).length);
    for (const { metadata } of deployments) {
      const managers = metadata.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`);
      expect(managers).toContain('helm Apply');
    }
    expect(live('horizontalpodautoscalers').filter((one) => !holds(one, 'AbleToScale'))).toEqual([]);
  });

  it('leads each service to ready pods', () => {
    const addresses = live('endpointslices').flatMap(({ endpoints = [] }) => endpoints);
    expect(addresses).toHaveLength(Object.values(PODS).reduce((sum, pods) => sum + pods, 0));
    expect(addresses.every(({ conditions }) => conditions.ready)).toBe(true);
  });

  it('is upgraded without taking pods away', async () => {
    expect(helm('upgrade', 'image.tag=next')).toContain('REVISION: 2');
    await settled();
    const images = live('deployments').flatMap(({ spec }) => spec.template?.spec.containers ?? []);
    expect(new Set(images.map(({ image }) => image))).toEqual(new Set(['caisson:next']));
    sayTrouble();
  });

  it('leaves nothing behind but the Secret that it was given', async () => {
    run(helmProgram, ['uninstall', 'shop', '--wait', ...place]);
    const kinds = 'deployments,pods,services,horizontalpodautoscalers,poddisruptionbudgets,networkpolicies,jobs';
    await eventually('all of it to be gone', () => live(kinds).length === 0, SETTLED_MS_MAX);
    expect(live('secrets').map(({ metadata }) => metadata.name)).toEqual(['caisson']);
  });
});

function holds(object: Live | undefined, type: string): boolean {
  return object?.status?.conditions?.some((one) => one.type === type && one.status === 'True') === true;
}

function isUnmeasured(reason: string | undefined): boolean {
  return reason !== undefined && UNMEASURED.has(reason);
}
