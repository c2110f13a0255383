import {
  pageOf,
  WebhookAnswer,
  WebhookListQuery,
  WebhookRequest,
  WebhookResource,
  WebhookRotationRequest,
} from '@caisson/contracts';
import {
  AccessGuard,
  CalledBy,
  Operation,
  webhookAddressOf,
  type Caller,
  type HttpProblem,
  type WebhookSecrets,
} from '@caisson/http';
import type { WebhookDocument, WebhookGiven, WebhookGivingRejection } from '@caisson/webhooks';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { CreateWebhookCommand, RemoveWebhookCommand, RotateWebhookCommand } from '../commands/webhook-commands.js';
import { FindWebhook, ListWebhooks } from '../queries/webhook-queries.js';
import { WEBHOOK_SECRETS } from '../tokens.js';
import { apiProblem } from './api-problems.js';
import { commandContextOf } from './command-context.js';
import { found, NOT_THERE, showPage } from './found.js';
import { Id } from './path-parameters.js';

const WebhookPage = pageOf(WebhookResource);
const HOUR_MS = 60 * 60 * 1000;

/** Where forges tell a tenant what happened. What they sent is below `deliveries`. */
@UseGuards(AccessGuard)
@Controller('api/v1/webhooks')
export class WebhooksController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(WEBHOOK_SECRETS) private readonly secrets: { readonly of: WebhookSecrets | undefined },
  ) {}

  @Post()
  @Operation({
    ...{ access: 'system:admin', answer: WebhookAnswer, secretAnswer: true },
    summary: 'Create a webhook; its secret is shown this once',
    problems: ['webhooks-off', 'secret-shown'],
    example: { name: 'pushes of acme/shop', kind: 'github' },
  })
  createWebhook(
    @Body({ schema: WebhookRequest }) request: WebhookRequest,
    @CalledBy() caller: Caller,
  ): Promise<WebhookAnswer> {
    return this.withSecret(caller, () =>
      this.commands.execute(new CreateWebhookCommand({ ...request, context: commandContextOf(caller) })),
    );
  }

  @Get()
  @Operation({ summary: 'List webhooks, without their secrets', access: 'deployment:read', answer: WebhookPage })
  async listWebhooks(
    @Query({ schema: WebhookListQuery }) query: WebhookListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    return showPage(await this.queries.execute(new ListWebhooks(tenantId, query)), (webhook) =>
      shown(tenantId, webhook),
    );
  }

  @Get(':id')
  @Operation({
    readsStream: 'webhook',
    summary: 'Read a webhook, without its secret',
    access: 'deployment:read',
    answer: WebhookResource,
    problems: ['webhook-not-found'],
  })
  async readWebhook(
    @Param('id', { schema: Id }) id: string,
    @CalledBy() { tenantId }: Caller,
  ): Promise<WebhookResource> {
    return shown(tenantId, found(await this.queries.execute(new FindWebhook(tenantId, id)), 'webhook-not-found'));
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @Operation({
    ...{ access: 'system:admin', answer: WebhookAnswer, secretAnswer: true },
    summary: 'Give a webhook a new secret, and let the old one be good for a while',
    problems: ['webhook-not-found', 'webhooks-off', 'secret-shown'],
    example: { overlapHours: 24 },
  })
  rotateWebhook(
    @Param('id', { schema: Id }) webhookId: string,
    @Body({ schema: WebhookRotationRequest }) { overlapHours }: WebhookRotationRequest,
    @CalledBy() caller: Caller,
  ): Promise<WebhookAnswer> {
    const input = { webhookId, overlapMs: overlapHours * HOUR_MS, context: commandContextOf(caller) };
    return this.withSecret(caller, () => this.commands.execute(new RotateWebhookCommand(input)));
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    summary: 'Remove a webhook: what comes to its address is refused from now on',
    access: 'system:admin',
    problems: ['webhook-not-found'],
  })
  async removeWebhook(@Param('id', { schema: Id }) webhookId: string, @CalledBy() caller: Caller): Promise<void> {
    const input = { webhookId, context: commandContextOf(caller) };
    const rejection = await this.commands.execute(new RemoveWebhookCommand(input));
    if (rejection !== undefined) throw webhookProblem(rejection);
  }

  /** Nothing is recorded where no secret could be given out. */
  private async withSecret(caller: Caller, give: () => Promise<WebhookGiven>): Promise<WebhookAnswer> {
    const secrets = this.secrets.of;
    if (secrets === undefined) {
      throw apiProblem(
        'webhooks-off',
        'Ask the administrator to set CAISSON_CALLBACK_SECRET, here and for webhook-ingest.',
      );
    }
    const given = await give();
    if (given.outcome === 'rejected') throw webhookProblem(given.rejection);
    const { generation, webhookId: id } = given;
    const webhook = await this.readWebhook(id, caller);
    return { ...webhook, secret: secrets.secretOf({ tenantId: caller.tenantId, id }, generation) };
  }
}

function webhookProblem({ code }: WebhookGivingRejection): HttpProblem {
  if (code === 'webhook-not-found') return apiProblem(code, NOT_THERE);
  return apiProblem(code, {
    detail: 'It was answered to the request with this Idempotency-Key, and is not kept. Rotate the webhook.',
  });
}

function shown(tenantId: string, { status: _, ...webhook }: WebhookDocument): WebhookResource {
  return { ...webhook, path: `/webhooks/${webhookAddressOf({ tenantId, id: webhook.id })}` };
}
