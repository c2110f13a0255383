import { Catch, type ArgumentsHost, type RpcExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/**
 * Lets the strategy see what a handler threw. Without it Nest hands over `{ status: 'error' }`, and whether to retry or
 * to park could not be told. Register it on the microservice that carries a strategy:
 *
 * ```ts
 * app.connectMicroservice({ strategy }).useGlobalFilters(new PassErrorsOn());
 * ```
 */
@Catch()
export class PassErrorsOn implements RpcExceptionFilter {
  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => error);
  }
}
