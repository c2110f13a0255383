import type { ClaimedJob, JobVerdict } from '@caisson/event-sourcing';
import { deterministicId } from '@caisson/kernel';
import { commandRun, type DeploymentPorts } from './command-deployment.js';

/** A window that is far away is asked for again meanwhile: a clock may be set. */
const ASK_AGAIN_MS_MAX = 3_600_000;

/** Starts approved runs whose time has come, where the deployment says that this needs no person. */
export class StartWhenDue {
  constructor(private readonly ports: DeploymentPorts) {}

  /**
   * Safe to repeat: a run that was started, cancelled or replaced meanwhile is left alone.
   *
   * @throws Fault as `commandDeployment` does.
   */
  async execute(job: ClaimedJob): Promise<JobVerdict> {
    const { correlationId, deploymentId, runId } = job.payload as Readonly<Record<string, string>>;
    if (deploymentId === undefined || runId === undefined || correlationId === undefined) return { outcome: 'done' };
    const { runtime } = this.ports;
    const context = {
      ...{ tenantId: job.tenantId, correlationId, causationId: job.key, actor: `service:${runtime.service}` },
      commandId: deterministicId('start-when-due', job.tenantId, job.key, job.attempt),
    };
    const handled = await commandRun(this.ports, { deploymentId, runId, context }, { type: 'StartWhenDue' });
    if (handled.outcome === 'accepted' || handled.rejection.code !== 'run-not-due') return { outcome: 'done' };
    const delayMs = Date.parse(handled.rejection.startsAt) - Date.parse(runtime.clock.now());
    return { outcome: 'again', delayMs: Math.min(ASK_AGAIN_MS_MAX, Math.max(0, delayMs)), reason: 'not due yet' };
  }
}
