import { CONTEXT_PERMISSIONS, CONTEXTS, contextOfType, type Context, type Permission } from '@caisson/contracts';
import type { FeedEntry } from '@caisson/event-sourcing';

/** Which events one watcher gets. */
export interface LiveFilter {
  /** Always: nobody sees the events of another tenant. */
  readonly tenantId: string;
  readonly deploymentId?: string | undefined;
  /** Types, or all of a context as `caisson.execution.*`; absent: all. */
  readonly types?: readonly string[] | undefined;
  /** The contexts that the watcher may see. */
  readonly contexts: readonly Context[];
}

/** The contexts that somebody with these permissions may see. */
export function visibleContexts(permissions: readonly Permission[]): readonly Context[] {
  return CONTEXTS.filter((context) => permissions.includes(CONTEXT_PERMISSIONS[context]));
}

/** Equal for filters that let the same events through. */
export function filterKey({ contexts, deploymentId = '', tenantId, types = [] }: LiveFilter): string {
  return JSON.stringify([tenantId, deploymentId, [...types].sort(), contexts]);
}

/** Whether a watcher gets an event. Looks into the data only where a deployment was named. */
export function passesFilter(filter: LiveFilter, entry: FeedEntry): boolean {
  const { envelope } = entry;
  if (envelope.tenantId !== filter.tenantId) return false;
  const context = contextOfType(envelope.type);
  if (context === undefined || !filter.contexts.includes(context)) return false;
  const { types, deploymentId } = filter;
  if (types !== undefined && !types.includes(envelope.type) && !types.includes(`caisson.${context}.*`)) return false;
  return deploymentId === undefined || deploymentOf(entry) === deploymentId;
}

function deploymentOf({ dataJson, envelope }: FeedEntry): unknown {
  if (envelope.subject.startsWith('deployment-')) return envelope.subject.slice('deployment-'.length);
  return (JSON.parse(dataJson) as { readonly deploymentId?: unknown } | null)?.deploymentId;
}
