import { contextOfType, LiveEventsQuery } from '@caisson/contracts';
import {
  AccessGuard,
  Authenticator,
  CalledBy,
  HttpProblem,
  Operation,
  type Caller,
  type Principal,
} from '@caisson/http';
import { Controller, Get, Inject, Query, Req, Res, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { z } from 'zod';
import { visibleContexts, type LiveFilter } from '../live/live-filter.js';
import { LiveHub } from '../live/live-hub.js';
import { FindDeployment } from '../queries/deployment-queries.js';
import { apiProblem } from './api-problems.js';
import { found } from './found.js';

const NUMBER = /^\d{1,15}$/;

const EventText = z.string().describe('Server-sent events: `id` is the place to come back to, `data` a CloudEvent.');

/** What happens, as it happens. */
@UseGuards(AccessGuard)
@Controller('api/v1/events')
export class EventsController {
  constructor(
    @Inject(LiveHub) private readonly hub: LiveHub,
    private readonly authenticator: Authenticator,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({
    summary: 'Watch the public events of the tenant as server-sent events, from now on or from where one was cut off',
    access: 'deployment:read',
    answer: EventText,
    answerMediaType: 'text/event-stream',
    requestHeaders: {
      'Last-Event-ID': {
        required: false,
        description: 'The id of the last event that was seen: all after it follow. 0 = from the beginning.',
      },
    },
    problems: ['deployment-not-found', 'live-position-unknown', 'live-streams-exhausted'],
  })
  async watchEvents(
    @Query({ schema: LiveEventsQuery }) query: LiveEventsQuery,
    @CalledBy() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const filter = await this.filterOf(query, caller);
    await this.hub.watch({
      filter,
      after: lastEventId(request.headers['last-event-id']),
      mayWatch: () => this.isStill(caller, request.headers),
      open: () => openStream(reply),
    });
  }

  private async filterOf({ deployment, type }: LiveEventsQuery, caller: Caller): Promise<LiveFilter> {
    const contexts = visibleContexts(caller.permissions);
    const hidden = type?.find((pattern) => !contexts.some((context) => context === contextOfType(pattern)));
    if (hidden !== undefined) {
      throw apiProblem(
        'permission-denied',
        `Your role does not show ${hidden}. Ask an administrator for one that does.`,
      );
    }
    if (deployment !== undefined) {
      found(await this.queries.execute(new FindDeployment(caller.tenantId, deployment)), 'deployment-not-found');
    }
    return { tenantId: caller.tenantId, deploymentId: deployment, types: type, contexts };
  }

  /** Other rights make another stream: whoever has them comes back and gets it. */
  private async isStill(before: Principal, headers: IncomingHttpHeaders): Promise<boolean> {
    try {
      const now = await this.authenticator.authenticate(headers);
      return now.role === before.role && now.tenantId === before.tenantId;
    } catch (error) {
      if (error instanceof HttpProblem) return false; // Ended or revoked.
      throw error; // Not known now: asked again.
    }
  }
}

function lastEventId(header: string | string[] | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  if (typeof header === 'string' && NUMBER.test(header)) return Number(header);
  throw apiProblem('invalid-header', {
    detail: 'Last-Event-ID must be the id of an event of this stream, or 0 for the beginning.',
    errors: [{ pointer: 'Last-Event-ID', detail: 'must be at most 15 decimal digits' }],
  });
}

/** From here on the answer is written past Fastify: it has no end. */
function openStream(reply: FastifyReply): ServerResponse {
  const headers = reply.getHeaders();
  reply.hijack();
  const response = reply.raw;
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
  response.setHeader('content-type', 'text/event-stream; charset=utf-8');
  response.setHeader('x-accel-buffering', 'no');
  response.writeHead(200);
  response.flushHeaders();
  return response;
}
