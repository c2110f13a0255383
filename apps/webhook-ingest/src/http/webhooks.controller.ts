import { problemsOf, ReadBody, RequestedBy, type Requester } from '@caisson/http';
import { WEBHOOK_PROBLEMS } from '@caisson/contracts';
import { AcceptDelivery } from '@caisson/webhooks';
import { Body, Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { isSignedByGithub } from '../github-signature.js';
import { Hooks, type Hook } from '../hooks.js';

/** GitHub's own cap of a payload. */
const DELIVERY_BYTES_MAX = 25 * 1024 * 1024;

const DELIVERY_ID = /^[A-Za-z0-9-]{1,128}$/;
const EVENT = /^[a-z][a-z0-9_]{0,63}$/;

const webhookProblem = problemsOf(WEBHOOK_PROBLEMS);

/** The answer to a delivery that was recorded. */
export interface DeliveryAnswer {
  readonly delivery: string;
  /** What it meant to us. */
  readonly outcome: 'accepted' | 'ignored';
  readonly repeated: boolean;
}

/** Takes signed deliveries. A body that is not JSON, or not shaped like an event, is recorded and ignored. */
@Controller('webhooks')
export class WebhooksController {
  constructor(
    private readonly acceptDelivery: AcceptDelivery,
    private readonly hooks: Hooks,
  ) {}

  @Post(':hookId')
  @HttpCode(202)
  @ReadBody({ kind: 'raw', bytesMax: DELIVERY_BYTES_MAX })
  async receive(
    @Param('hookId') address: string,
    @Headers() headers: Record<string, string | string[] | undefined>,
    @Body() body: Buffer | undefined,
    @RequestedBy() { requestId }: Requester,
  ): Promise<DeliveryAnswer> {
    const bytes = body ?? Buffer.alloc(0);
    const hook = await this.signing(address, headers['x-hub-signature-256'], bytes);
    const deliveryId = headerOf(headers, 'x-github-delivery', DELIVERY_ID);
    const event = headerOf(headers, 'x-github-event', EVENT);
    const { hookId, tenantId } = hook;
    const input = { tenantId, hookId, deliveryId, event, body: bytes, correlationId: requestId };
    const { repeated, state } = await this.acceptDelivery.execute(input);
    return { delivery: deliveryId, outcome: state === 'accepted' ? 'accepted' : 'ignored', repeated };
  }

  private async signing(
    address: string,
    signature: unknown,
    bytes: Buffer,
  ): Promise<Pick<Hook, 'hookId' | 'tenantId'>> {
    const { hook, secrets } = await this.hooks.at(address);
    const signed = secrets.map((secret) => isSignedByGithub(signature, secret, bytes)); // All: the time tells nothing.
    if (hook !== undefined && signed.includes(true)) return hook;
    throw webhookProblem('signature-invalid', {
      detail:
        'Check that the address is that of a webhook, as POST /webhooks gave it or CAISSON_WEBHOOK_HOOKS names it, ' +
        'that the forge has its newest secret, and that nothing changes the body.',
      headers: { 'www-authenticate': 'Signature realm="caisson"' },
    });
  }
}

function headerOf(headers: Record<string, string | string[] | undefined>, name: string, pattern: RegExp): string {
  const value = headers[name];
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw webhookProblem('delivery-malformed', {
    detail: `The header ${name} is missing or not one that GitHub sends. Send the delivery as GitHub does.`,
    errors: [{ pointer: name, detail: 'is missing or not shaped right' }],
  });
}
