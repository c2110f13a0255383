import * as contracts from '@caisson/contracts';
import { openApiOf, type OpenApiDocument } from '@caisson/http';
import type { Type } from '@nestjs/common';
import { ANSWERED_PROBLEMS } from './api-problems.js';
import { AttemptsController } from './attempts.controller.js';
import { AuthController } from './auth.controller.js';
import { CredentialsController } from './credentials.controller.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DeploymentAdjustmentsController } from './deployment-adjustments.controller.js';
import { DeploymentCommandsController } from './deployment-commands.controller.js';
import { DeploymentPartsController } from './deployment-parts.controller.js';
import { DeploymentsController } from './deployments.controller.js';
import { DriftBreakersController } from './drift-breakers.controller.js';
import { DriftController } from './drift.controller.js';
import { DriftPolicyController } from './drift-policy.controller.js';
import { DriftIgnoresController } from './drift-ignores.controller.js';
import { DriftScheduleController } from './drift-schedule.controller.js';
import { EventsController } from './events.controller.js';
import { InvitationsController } from './invitations.controller.js';
import { KeySetController } from './key-set.controller.js';
import { KeysController } from './keys.controller.js';
import { MembersController } from './members.controller.js';
import { PriceBookController, TypeTableController } from './planning-tables.controller.js';
import { PlanRecomputationController, PlansController, RunStatesController } from './plans.controller.js';
import { QuotasController } from './quotas.controller.js';
import { RunListController } from './run-list.controller.js';
import { RunsController } from './runs.controller.js';
import { TasksController } from './tasks.controller.js';
import { TenantsController } from './tenants.controller.js';
import { WebhooksController } from './webhooks.controller.js';

/** Everything that answers callers. A controller in this list is routed, guarded, checked and documented. */
export const API_CONTROLLERS: Type[] = [
  AuthController,
  KeySetController,
  CredentialsController,
  TenantsController,
  InvitationsController,
  MembersController,
  KeysController,
  QuotasController,
  DeploymentsController,
  DeploymentAdjustmentsController,
  DeploymentCommandsController,
  DeploymentPartsController,
  RunListController,
  RunsController,
  TasksController,
  AttemptsController,
  PlansController,
  PlanRecomputationController,
  TypeTableController,
  PriceBookController,
  DriftController,
  DriftBreakersController,
  DriftPolicyController,
  DriftIgnoresController,
  DriftScheduleController,
  WebhooksController,
  DeliveriesController,
  EventsController,
  RunStatesController,
];

/** What the groups of operations are about, by the first segment of their paths. */
const TAGS = {
  auth: 'Who the caller is.',
  tenants: 'Whose everything is.',
  members: 'Who belongs to the tenant.',
  keys: 'How machines come in.',
  quotas: 'How much the tenant may have.',
  '.well-known': 'What others need to check our tokens.',
  credentials: 'With whose rights engines act.',
  deployments: 'What is wanted, and what belongs to it.',
  runs: 'Changes of a deployment: planned, approved, carried out, undone.',
  tasks: 'The parts of a run.',
  attempts: 'Tries of a task, and what their tools said.',
  plans: 'What a run is going to do, by content address.',
  'type-table': 'What the planner knows of types.',
  'price-book': 'What the planner knows of prices.',
  drift: 'Where the world is not as it was left.',
  'drift-breakers': 'Which providers are left alone, since they may be in trouble.',
  'drift-policy': 'What the tenant holds of drift.',
  webhooks: 'Where forges tell us what happened.',
  deliveries: 'What forges told us, and what was made of it.',
  events: 'What happens, as it happens.',
  'run-states': 'The machine of the run.',
} as const;

/**
 * The OpenAPI document of the API: from the declarations that route, guard and check requests. Schemas are called as
 * the contracts export them.
 */
export function describeApi(): OpenApiDocument {
  return openApiOf({
    title: 'Caisson',
    version: '1.0.0',
    description: 'Plan, approve, apply, verify, watch and roll back infrastructure. Commands answer 202 when recorded.',
    controllers: API_CONTROLLERS,
    names: contracts,
    problems: ANSWERED_PROBLEMS,
    tags: TAGS,
  });
}
