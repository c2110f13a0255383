import { JsonValue, WEBHOOK_PROBLEMS } from '@caisson/contracts';
import { CallbackTokens, problemsOf, ReadBody, RequestedBy, type Requester } from '@caisson/http';
import type { Json } from '@caisson/kernel';
import { AcceptCallback } from '@caisson/webhooks';
import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';

/** The `CallbackTokens` in the module of webhook-ingest; undefined when callbacks are off. */
export const CALLBACK_TOKENS = Symbol('callback tokens');

/** What a caller has to say becomes an output of the deployment: small. */
const PAYLOAD_BYTES_MAX = 64 * 1024;

const webhookProblem = problemsOf(WEBHOOK_PROBLEMS);

/** The answer to a callback that was recorded. */
export interface CallbackAnswer {
  readonly delivery: string;
  /** The wait was called back before; the first call counts. */
  readonly repeated: boolean;
}

/** Takes calls back about tasks that wait. The address itself is the secret. */
@Controller('webhooks/callbacks')
export class CallbacksController {
  constructor(
    private readonly acceptCallback: AcceptCallback,
    @Inject(CALLBACK_TOKENS) private readonly tokens: { readonly of: CallbackTokens | undefined },
  ) {}

  @Post(':token')
  @HttpCode(202)
  @ReadBody({ kind: 'json', bytesMax: PAYLOAD_BYTES_MAX })
  async receive(
    @Param('token') token: string,
    @Body({ schema: JsonValue.optional() }) payload: Json | undefined,
    @RequestedBy() { requestId }: Requester,
  ): Promise<CallbackAnswer> {
    const target = this.tokens.of?.read(token);
    if (target === undefined) {
      throw webhookProblem(
        'callback-not-found',
        'Check that the address is whole, as GET /tasks/{id}/callback gave it.',
      );
    }
    const input = { ...target, payload: payload ?? null, correlationId: requestId };
    const accepted = await this.acceptCallback.execute(input);
    if (accepted.outcome === 'accepted') return { delivery: accepted.id, repeated: accepted.repeated };
    throw webhookProblem(
      'wait-not-open',
      'It has ended, or was tried again since. Ask for the address of the new wait.',
    );
  }
}
