import { randomBytes } from 'node:crypto';
import type { DocumentStore } from '@caisson/event-sourcing';
import { webhookAt, type Owned, type WebhookSecrets } from '@caisson/http';
import type { Clock } from '@caisson/kernel';
import { WEBHOOKS, type WebhookDocument } from '@caisson/webhooks';
import type { HookSecret } from './settings.js';

/** Whose deliveries come to an address. */
export interface Hook {
  readonly hookId: string;
  readonly tenantId: string;
}

/** What an address is. */
export interface HookAtAddress {
  /** Absent: nobody's. */
  readonly hook?: Hook;
  /** Whose secrets may sign. Never empty: an address of nobody has some that sign nothing. */
  readonly secrets: readonly string[];
}

/** What webhooks are looked up with. */
export interface HookParts {
  readonly clock: Pick<Clock, 'now'>;
  readonly documents: Pick<DocumentStore, 'get'>;
  /** Absent: the installation gives out no webhooks, and knows only its own. */
  readonly secrets: WebhookSecrets | undefined;
}

/** Knows hooks by their addresses: those of the settings, and the webhooks of tenants. */
export class Hooks {
  /** Signs nothing: an unknown hook costs the same work and gets the same answer, so that nobody can list hooks. */
  private readonly decoy: HookAtAddress = { secrets: [randomBytes(32).toString('hex')] };

  constructor(
    private readonly ofSettings: ReadonlyMap<string, HookSecret>,
    private readonly parts: HookParts,
  ) {}

  async at(address: string): Promise<HookAtAddress> {
    const own = this.ofSettings.get(address);
    if (own !== undefined) return { hook: { hookId: address, tenantId: own.tenantId }, secrets: [own.secret] };
    const named = webhookAt(address);
    return (named === undefined ? undefined : await this.webhook(named)) ?? this.decoy;
  }

  private async webhook(named: Owned): Promise<HookAtAddress | undefined> {
    const { clock, documents, secrets } = this.parts;
    const found = await documents.get<WebhookDocument>(named.tenantId, WEBHOOKS, named.id);
    if (secrets === undefined || found?.body.status !== 'active') return undefined;
    const { generation, previousUntil } = found.body;
    const isOverlap = previousUntil !== undefined && clock.now() < previousUntil;
    const generations = isOverlap ? [generation, generation - 1] : [generation];
    const hook = { hookId: named.id, tenantId: named.tenantId };
    return { hook, secrets: generations.flatMap((one) => secrets.allOf(named, one)) };
  }
}
