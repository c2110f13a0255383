import { ScanAnswer } from '@caisson/contracts';
import { entityTagOf, type Caller, type OperationOptions } from '@caisson/http';
import { deterministicId, type IdGenerator } from '@caisson/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { RequestDriftScanCommand } from '../commands/deployment-commands.js';
import { IDS } from '../tokens.js';
import { commandContextOf } from './command-context.js';
import { deploymentProblem } from './deployment-problem.js';
import { DEPLOYMENT_PROBLEMS } from './operations.js';
import { API_ROOT } from './views.js';

/** A scan that somebody asks for. */
export interface AskedScan {
  readonly caller: Caller;
  readonly deploymentId: string;
  readonly autoRemediate: boolean;
}

/** An operation that asks for a scan: 202, recorded and not yet done. */
export function scanOperation(summary: string, example: object = {}) {
  return {
    summary,
    access: 'drift:scan',
    answer: ScanAnswer,
    answerHeaders: { Location: 'The report to come.' },
    problems: DEPLOYMENT_PROBLEMS,
    example: { ...example, autoRemediate: false },
  } satisfies OperationOptions;
}

/** Asks for scans, whichever address was used. */
@Injectable()
export class ScanRequests {
  constructor(
    private readonly commands: CommandBus,
    @Inject(IDS) private readonly ids: IdGenerator,
  ) {}

  /** @throws HttpProblem for a refusal. */
  async request(asked: AskedScan, reply: FastifyReply): Promise<z.infer<typeof ScanAnswer>> {
    const { autoRemediate, caller, deploymentId } = asked;
    const { commandId, idempotencyKey } = caller;
    // The same command twice is one scan, so its id follows from the command.
    const scanId = idempotencyKey === undefined ? this.ids.next() : deterministicId('scan', commandId);
    const context = commandContextOf(caller);
    const command = new RequestDriftScanCommand({ deploymentId, scanId, autoRemediate, context });
    const handled = await this.commands.execute(command);
    if (handled.outcome === 'rejected') throw deploymentProblem(handled.rejection);
    const self = `${API_ROOT}/drift/reports/${scanId}`;
    void reply.header('location', self).header('etag', entityTagOf(handled.version));
    return {
      scan: { id: scanId, deploymentId, links: { self, deployment: `${API_ROOT}/deployments/${deploymentId}` } },
      stream: `deployment-${deploymentId}`,
      version: handled.version,
    };
  }
}
