import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { lacks } from '@caisson/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { goProgram } from './go-program.js';
import { ROOT } from './repository.js';

// The real helm renders the chart; Kubernetes' own Go types check what comes out. `npx vitest run --project charts`:
// building both takes minutes the first time, so it is not part of `npm test`.

const CHART = join(ROOT, 'deploy/helm/caisson');
const FIVE = ['api', 'drift-detector', 'executor', 'planner', 'webhook-ingest'];
const BUILD_MS_MAX = 1_200_000;
const REQUIRED = ['existingSecret=caisson', 'kafkaBrokers=kafka:9092', 'redisUrl=redis://redis:6379'];
const WATCHED = ['monitoring.enabled=true', 'monitoring.dashboards.enabled=true'];

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly securityContext: object;
  readonly startupProbe?: object;
  readonly readinessProbe?: object;
  readonly livenessProbe?: object;
}

interface Pod {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes: readonly { readonly secret?: { readonly items?: readonly { readonly key: string }[] } }[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: Pod;
    };
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly groups?: readonly { readonly rules: readonly object[] }[];
    readonly ingress?: readonly { readonly from?: readonly object[] }[];
    readonly minReplicas?: number;
    readonly minAvailable?: number;
  };
  readonly data?: Readonly<Record<string, string>>;
}

describe.skipIf(lacks('go'))('the chart', () => {
  let helm: string;
  let checker: string;

  beforeAll(() => {
    helm = goProgram({ name: 'helm', module: 'helm.sh/helm/v4/cmd/helm', version: 'v4.3.1' });
    checker = goProgram({
      name: 'check-manifests',
      version: '1',
      source: join(ROOT, 'deploy/helm/check/main.go'),
      modules: {
        'k8s.io/client-go': 'v0.37.1',
        'github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring': 'v0.92.1',
      },
    });
  }, BUILD_MS_MAX);

  function run(program: string, args: readonly string[], input = ''): string {
    const { status, stderr, stdout } = spawnSync(program, args, { input, encoding: 'utf8', timeout: 60_000 });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  }

  function render(...settings: readonly string[]): string {
    return run(helm, ['template', 'shop', CHART, ...settings.flatMap((setting) => ['--set', setting])]);
  }

  function manifests(...settings: readonly string[]): readonly Manifest[] {
    return parseAllDocuments(render(...REQUIRED, ...settings))
      .map((document) => document.toJS() as Manifest | null)
      .filter((manifest) => manifest !== null);
  }

  function ofKind(kind: string, ...settings: readonly string[]): readonly Manifest[] {
    return manifests(...settings).filter((manifest) => manifest.kind === kind);
  }

  it('has no fault that helm lint finds', () => {
    const args = ['lint', '--strict', CHART, ...[...REQUIRED, ...WATCHED].flatMap((one) => ['--set', one])];
    expect(run(helm, args)).toContain('0 chart(s) failed');
  });

  it('holds only what Kubernetes knows', () => {
    const names = run(checker, [], render(...REQUIRED, ...WATCHED))
      .trim()
      .split('\n');
    expect(names).toContain('Job shop-migration');
    expect(names).toContain('ServiceMonitor shop');
    for (const kind of ['Deployment', 'Service', 'HorizontalPodAutoscaler', 'PodDisruptionBudget', 'NetworkPolicy']) {
      expect(names.filter((name) => name.startsWith(`${kind} `)).sort()).toEqual(
        FIVE.map((service) => `${kind} shop-${service}`),
      );
    }
  });

  it('is not taken for right when it is not', () => {
    const broken = render(...REQUIRED).replace('readOnlyRootFilesystem', 'readOnlyRootFileSystem');
    expect(() => run(checker, [], broken)).toThrow('unknown field "spec.template.spec.containers[0].securityContext');
  });

  it.each(['existingSecret', 'kafkaBrokers', 'redisUrl'])('says that it needs %s', (name) => {
    const others = REQUIRED.filter((setting) => !setting.startsWith(name));
    expect(() => render(...others)).toThrow(`${name}: `);
  });

  it('takes the address of Redis from the Secret when it holds a password', () => {
    const [deployment] = ofKind('Deployment', 'redisUrl=', 'redisUrlFromSecret=true');
    const pod = deployment?.spec.template?.spec;
    const names = pod?.containers[0]?.env.map(({ name }) => name) ?? [];
    expect(names).toContain('CAISSON_REDIS_URL_FILE');
    expect(names).not.toContain('CAISSON_REDIS_URL');
    expect(JSON.stringify(pod?.volumes)).toContain('"key":"redis-url"');
  });

  it('lets no container run as root, write to its image or read the URL of the owner, but the migration', () => {
    for (const { metadata, spec } of [...ofKind('Deployment'), ...ofKind('Job')]) {
      const pod = spec.template?.spec;
      expect(pod).toMatchObject({ securityContext: { runAsNonRoot: true }, automountServiceAccountToken: false });
      for (const { securityContext } of containersOf(pod)) {
        expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
      }
      expect(readsOwner(pod), metadata.name).toBe(metadata.name === 'shop-migration');
    }
  });

  it('asks every process how it is, and migrates for every service', () => {
    const probed = { startupProbe: {}, livenessProbe: {}, readinessProbe: { httpGet: { path: '/readyz' } } };
    const deployments = ofKind('Deployment');
    for (const { spec } of deployments) expect(spec.template?.spec.containers).toMatchObject([probed]);
    const [job] = ofKind('Job');
    const steps = containersOf(job?.spec.template?.spec);
    expect(steps.map(({ args }) => args)).toEqual(FIVE.map((name) => [`apps/${name}/dist/main.js`, '--migrate']));
  });

  it('finds the pods of a service by labels that they have, and leaves one during an eviction', () => {
    const minima = new Map(ofKind('HorizontalPodAutoscaler').map(({ metadata, spec }) => [metadata.name, spec]));
    for (const { metadata, spec } of ofKind('PodDisruptionBudget')) {
      expect(spec.minAvailable).toBeLessThan(minima.get(metadata.name)?.minReplicas ?? 0);
      const pods = ofKind('Deployment').filter(({ spec: { template } }) =>
        Object.entries(spec.selector?.matchLabels ?? {}).every(
          ([name, value]) => template?.metadata.labels[name] === value,
        ),
      );
      expect(pods.map((pod) => pod.metadata.name)).toEqual([metadata.name]);
    }
  });

  it('lets in everybody to the API and webhooks, and few to the others', () => {
    const open = ofKind('NetworkPolicy').filter(({ spec }) => spec.ingress?.[0]?.from === undefined);
    expect(open.map(({ metadata }) => metadata.name)).toEqual(['shop-api', 'shop-webhook-ingest']);
    const narrowed = ofKind('NetworkPolicy', 'networkPolicy.publicFrom[0].ipBlock.cidr=10.0.0.0/8');
    expect(narrowed.filter(({ spec }) => spec.ingress?.[0]?.from === undefined)).toEqual([]);
    expect(ofKind('NetworkPolicy', 'networkPolicy.enabled=false')).toEqual([]);
  });

  it('brings our rules and dashboards along', () => {
    const [rules] = ofKind('PrometheusRule', ...WATCHED);
    expect(rules?.spec.groups?.flatMap((group) => group.rules).length).toBeGreaterThan(35);
    const dashboards = ofKind('ConfigMap', ...WATCHED).flatMap(({ data }) => Object.keys(data ?? {}));
    expect(dashboards).toContain('caisson-overview.json');
  });
});

/** In the order in which they run. */
function containersOf(pod: Pod | undefined): readonly Container[] {
  return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
}

/** Without a list of keys a pod is given all of the Secret. */
function readsOwner(pod: Pod | undefined): boolean {
  const [secret] = (pod?.volumes ?? []).flatMap((volume) => volume.secret ?? []);
  return secret?.items?.every(({ key }) => key !== 'database-owner-url') !== true;
}
