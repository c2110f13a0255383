import { RequestMethod, type Type } from '@nestjs/common';
import { invariant } from '@caisson/kernel';
import { z } from 'zod';
import { AccessGuard } from './access.guard.js';
import { operationOf, type OperationOptions } from './operation.js';
import { routeArgumentsOf, type RouteArguments } from './route-arguments.js';

/** One handler with all that its decorators say. */
export interface DescribedRoute {
  readonly id: string;
  readonly tag: string;
  /** Lower case. */
  readonly method: string;
  /** With `:name` for parameters. */
  readonly path: string;
  /** Of a success. */
  readonly status: number;
  readonly operation: OperationOptions;
  readonly read: RouteArguments;
}

/**
 * The routes of a controller, in the order in which they are written. Called at start: a route that says not who may
 * call it, or whose word nobody heeds, ends it.
 */
export function routesOf(controller: Type): readonly DescribedRoute[] {
  const base = String(Reflect.getMetadata('path', controller));
  const prototype = controller.prototype as Record<string, unknown>;
  const guards: unknown = Reflect.getMetadata('__guards__', controller);
  invariant(Array.isArray(guards) && guards.includes(AccessGuard), `${controller.name} is not behind AccessGuard`);
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    if (typeof handler !== 'function' || !Reflect.hasMetadata('method', handler)) return [];
    const operation = operationOf(handler);
    invariant(operation !== undefined, `${controller.name}.${name} says not who may call it: give it an Operation`);
    const method = RequestMethod[Reflect.getMetadata('method', handler) as number] ?? '';
    const status = Reflect.getMetadata('__httpCode__', handler) as number | undefined;
    const path = joined(base, String(Reflect.getMetadata('path', handler)));
    return {
      id: name,
      tag: tagOf(path),
      method: method.toLowerCase(),
      path,
      status: status ?? (method === 'POST' ? 201 : 200),
      operation,
      read: routeArgumentsOf(controller, name),
    };
  });
}

/** Whether an operation changes something, so that its command can have a name: an `Idempotency-Key`. */
export function isCommand({ method }: Pick<DescribedRoute, 'method'>): boolean {
  return method !== 'get';
}

/** Whether an answer is one page of several. */
export function isPaged({ answer }: OperationOptions): boolean {
  return answer instanceof z.ZodObject && 'nextCursor' in answer.shape;
}

function joined(...parts: readonly string[]): string {
  const segments = parts.map((part) => part.replaceAll(/^\/|\/$/g, '')).filter(Boolean);
  return `/${segments.join('/')}`;
}

/** The first segment that says what the resource is. */
function tagOf(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== 'api' && segment !== 'v1');
  return segments[0] ?? 'root';
}
