import {
  EmptyRequest,
  FINAL_RUN_STATES,
  hideUrlSecrets,
  Plan,
  PlanRecomputation,
  RUN_COMMANDS,
  RUN_STATES,
  RUN_TRANSITIONS,
  RunStates,
  SETTLED_RUN_STATES,
} from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { unreachable, type Json } from '@caisson/kernel';
import { Body, Controller, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { z } from 'zod';
import { RecomputedPlan } from '../queries/plan-input-queries.js';
import { FindPlan } from '../queries/run-queries.js';
import { apiProblem } from './api-problems.js';
import { found } from './found.js';
import { DigestId } from './path-parameters.js';

/** Plans by content address. */
@UseGuards(AccessGuard)
@Controller('api/v1/plans')
export class PlansController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':digest')
  @Operation({
    summary: 'Read a plan by its digest',
    access: 'deployment:read',
    answer: Plan,
    problems: ['plan-not-found'],
  })
  async readPlan(
    @Param('digest', { schema: DigestId }) digest: string,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    return found(await this.queries.execute(new FindPlan(tenantId, digest)), 'plan-not-found');
  }
}

/** Computes plans again. */
@UseGuards(AccessGuard)
@Controller('api/v1/plans')
export class PlanRecomputationController {
  constructor(private readonly queries: QueryBus) {}

  @Post(':digest/recompute')
  @HttpCode(200)
  @Operation({
    summary: 'Compute a plan again from its recorded inputs and say whether it is the same',
    access: 'deployment:read',
    answer: PlanRecomputation,
    problems: ['plan-not-found', 'plan-not-recomputable'],
    recordsNoStream: 'it computes, and records nothing',
  })
  async recompute(
    @Param('digest', { schema: DigestId }) digest: string,
    @Body({ schema: EmptyRequest }) _body: unknown,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof PlanRecomputation>> {
    const result = await this.queries.execute(new RecomputedPlan(tenantId, digest));
    switch (result.outcome) {
      case 'plan-not-found':
        throw apiProblem('plan-not-found', 'Check the id. It may also belong to somebody else.');
      case 'inputs-missing':
        throw apiProblem('plan-not-recomputable', `${result.reason}. Plan the run again instead.`);
      case 'recomputed': {
        const { outcome: _outcome, differences, ...answer } = result;
        const shown = hideUrlSecrets(differences as unknown as Json) as unknown as typeof differences;
        return { ...answer, differences: [...shown] };
      }
      default:
        return unreachable(result, 'recomputation');
    }
  }
}

/** The machine of the run, for programs that want to know what can come next. */
@UseGuards(AccessGuard)
@Controller('api/v1/run-states')
export class RunStatesController {
  @Get()
  @Operation({
    summary: 'Read the states of a run and what leads from one to another',
    access: 'public',
    answer: RunStates,
  })
  readRunStates(): z.infer<typeof RunStates> {
    return {
      states: [...RUN_STATES],
      final: [...FINAL_RUN_STATES],
      settled: [...SETTLED_RUN_STATES],
      commands: [...RUN_COMMANDS],
      transitions: [...RUN_TRANSITIONS],
    };
  }
}
