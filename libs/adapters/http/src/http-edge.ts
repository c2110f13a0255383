import type { INestApplication } from '@nestjs/common';
import { ProblemFilter, type FaultReport } from './problem.filter.js';
import { UnreadInputGuard } from './unread-input.guard.js';
import { ValidationPipe } from './validation.pipe.js';

/** Gives an application on `createHttpAdapter` its problem documents and its checks of input. Before `listen`. */
export function useHttpEdge(app: INestApplication, report: (report: FaultReport) => void): void {
  app.useGlobalFilters(new ProblemFilter(report));
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalGuards(new UnreadInputGuard());
}
