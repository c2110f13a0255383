import { allowedCommands, type AttemptResource, type DeploymentSummary, type RunResource } from '@caisson/contracts';
import type { DeploymentView, RunView } from '@caisson/deployment';
import type { JsonObject } from '@caisson/kernel';
import type { AttemptView } from '../queries/attempts.js';

/** Where the API begins. */
export const API_ROOT = '/api/v1';

/** A deployment as the API shows it in lists. */
export function showDeployment(view: DeploymentView): DeploymentSummary {
  const self = `${API_ROOT}/deployments/${view.id}`;
  return {
    ...view,
    resources: [...view.resources],
    triggers: [...view.triggers],
    links: {
      self,
      runs: `${self}/runs`,
      revisions: `${self}/revisions`,
      resources: `${self}/resources`,
      outputs: `${self}/outputs`,
      events: `${self}/events`,
      drift: `${self}/drift`,
      ...(view.currentRun === '' ? {} : { currentRun: `${API_ROOT}/runs/${view.currentRun}` }),
    },
  };
}

/** A run as the API shows it. */
export function showRun(view: RunView): RunResource {
  const self = `${API_ROOT}/runs/${view.id}`;
  return {
    ...view,
    allowed: [...allowedCommands(view.state)],
    links: {
      self,
      deployment: `${API_ROOT}/deployments/${view.deploymentId}`,
      tasks: `${self}/tasks`,
      events: `${self}/events`,
      approvals: `${self}/approvals`,
      ...(view.planDigest === undefined ? {} : { plan: `${self}/plan` }),
    },
  };
}

/** A task as the API shows it: as the executor keeps it, with the id that every thing has. */
export function showTask({ taskId, ...task }: JsonObject): JsonObject {
  const id = typeof taskId === 'string' ? taskId : '';
  const self = `${API_ROOT}/tasks/${encodeURIComponent(id)}`;
  const { runId } = task;
  const run = typeof runId === 'string' ? { run: `${API_ROOT}/runs/${runId}` } : {};
  return { id, ...task, links: { self, ...run, attempts: `${self}/attempts` } };
}

/** An attempt as the API shows it. */
export function showAttempt(view: AttemptView): AttemptResource {
  const task = `${API_ROOT}/tasks/${encodeURIComponent(view.taskId)}`;
  const self = `${API_ROOT}/attempts/${encodeURIComponent(view.id)}`;
  return { ...view, links: { self, task, log: `${self}/log` } };
}
