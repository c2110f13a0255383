import {
  ApproveRequest,
  AttemptResource,
  CallbackAddress,
  CommandAnswer,
  ConfigureRequest,
  DeploymentResource,
  DeploymentScanRequest,
  DeploymentSummary,
  DesiredState,
  DesiredStateRequest,
  DriftReportResource,
  EmptyRequest,
  HistoryEntry,
  JsonValue,
  LoginRequest,
  Plan,
  PlanRecomputation,
  PriceBook,
  PriceBookResource,
  PrincipalView,
  ReasonRequest,
  RegisterRequest,
  RemediateRequest,
  ResourceSpec,
  RevisionResource,
  RollbackRequest,
  RunResource,
  RunStates,
  ScaleRequest,
  ScanAnswer,
  ScanRequest,
  TaskResource,
  TokenAnswer,
  TypeTable,
  TypeTableResource,
} from '@caisson/contracts';
import { openApiOf, type OpenApiDocument } from '@caisson/http';
import type { Type } from '@nestjs/common';
import { AttemptsController } from './attempts.controller.js';
import { AuthController } from './auth.controller.js';
import { DeploymentAdjustmentsController } from './deployment-adjustments.controller.js';
import { DeploymentCommandsController } from './deployment-commands.controller.js';
import { DeploymentPartsController } from './deployment-parts.controller.js';
import { DeploymentsController } from './deployments.controller.js';
import { DriftController } from './drift.controller.js';
import { EventsController } from './events.controller.js';
import { PriceBookController, TypeTableController } from './planning-tables.controller.js';
import { PlanRecomputationController, PlansController, RunStatesController } from './plans.controller.js';
import { RunsController } from './runs.controller.js';
import { TasksController } from './tasks.controller.js';

/** Everything that answers callers. */
export const API_CONTROLLERS: Type[] = [
  AuthController,
  DeploymentsController,
  DeploymentAdjustmentsController,
  DeploymentCommandsController,
  DeploymentPartsController,
  RunsController,
  TasksController,
  AttemptsController,
  PlansController,
  PlanRecomputationController,
  TypeTableController,
  PriceBookController,
  DriftController,
  EventsController,
  RunStatesController,
];

/** The OpenAPI document of the API, from the same schemas that check requests. */
export function describeApi(): OpenApiDocument {
  return openApiOf({
    title: 'Caisson',
    version: '1.0.0',
    description: 'Plan, approve, apply, verify, watch and roll back infrastructure. Commands answer 202 when recorded.',
    controllers: API_CONTROLLERS,
    schemas: {
      ApproveRequest,
      AttemptResource,
      CallbackAddress,
      CommandAnswer,
      ConfigureRequest,
      DeploymentResource,
      DeploymentScanRequest,
      DeploymentSummary,
      DesiredState,
      DesiredStateRequest,
      DriftReportResource,
      EmptyRequest,
      HistoryEntry,
      JsonValue,
      LoginRequest,
      Plan,
      PlanRecomputation,
      PriceBook,
      PriceBookResource,
      PrincipalView,
      ReasonRequest,
      RegisterRequest,
      RemediateRequest,
      ResourceSpec,
      RevisionResource,
      RollbackRequest,
      RunResource,
      RunStates,
      ScaleRequest,
      ScanAnswer,
      ScanRequest,
      TaskResource,
      TokenAnswer,
      TypeTable,
      TypeTableResource,
    },
  });
}
