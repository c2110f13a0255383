import { createHmac, timingSafeEqual } from 'node:crypto';

/** Which wait of which task a callback is meant for. */
export interface CallbackTarget {
  readonly tenantId: string;
  readonly runId: string;
  readonly phase: 'apply' | 'rollback';
  readonly unitId: string;
  /** Which start of the run. */
  readonly cycle: number;
  readonly attempt: number;
}

/**
 * Makes and checks the secret part of a callback's address: the wait that it is for, signed with HMAC-SHA256. Whoever
 * knows the address may call back; nothing about it is kept.
 */
export class CallbackTokens {
  /**
   * Each secret has at least 32 characters. The first one signs. Addresses that were signed with the previous one are
   * good as long as it is given here; any other secret ends them.
   */
  constructor(
    private readonly secret: string,
    private readonly previousSecret?: string,
  ) {}

  /** At most some hundred characters that need no escaping in a path. */
  sign({ attempt, cycle, phase, runId, tenantId, unitId }: CallbackTarget): string {
    const text = JSON.stringify([tenantId, runId, phase, unitId, cycle, attempt]);
    const said = Buffer.from(text, 'utf8').toString('base64url');
    return `${said}.${macOf(said, this.secret)}`;
  }

  /** What a token is for; undefined when we did not sign it. */
  read(token: string): CallbackTarget | undefined {
    const [said = '', mac = '', ...rest] = token.split('.');
    const secrets = [this.secret, ...(this.previousSecret === undefined ? [] : [this.previousSecret])];
    const isOurs = secrets.some((secret) => isSame(mac, macOf(said, secret)));
    if (!isOurs || rest.length > 0) return undefined;
    const parts = JSON.parse(Buffer.from(said, 'base64url').toString('utf8')) as [
      string,
      string,
      CallbackTarget['phase'],
      string,
      number,
      number,
    ];
    const [tenantId, runId, phase, unitId, cycle, attempt] = parts;
    return { tenantId, runId, phase, unitId, cycle, attempt };
  }
}

function macOf(said: string, secret: string): string {
  return createHmac('sha256', secret).update(`callback ${said}`).digest('base64url');
}

function isSame(given: string, expected: string): boolean {
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(given)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
