import 'reflect-metadata';
import type { Permission, ProblemCode } from '@caisson/contracts';
import type { z } from 'zod';

/** Who may call an operation: anybody, any principal, or one whose role has the permission. */
export type Access = 'public' | 'authenticated' | Permission;

/**
 * What an HTTP operation is, beside what Nest's own decorators say. Guards obey it and the OpenAPI document shows it.
 */
export interface OperationOptions {
  /** One line in the imperative, without the final dot. */
  readonly summary: string;
  readonly access: Access;
  /** Body of the success; absent: none. */
  readonly answer?: z.ZodType;
  /** Media type of the success; default `application/json`. */
  readonly answerMediaType?: string;
  /** Headers of the success by name, each with what it says, beside those that follow from the shape. */
  readonly answerHeaders?: Readonly<Record<string, string>>;
  /** Request headers by name, beside those that follow from the shape. */
  readonly requestHeaders?: Readonly<Record<string, RequestHeader>>;
  /** Whether the caller names the version that it read. */
  readonly ifMatch?: 'required' | 'optional';
  /** Codes of refusals beside those that follow from the shape of the operation; the document's catalog has them. */
  readonly problems?: readonly ProblemCode[];
  /** The answer holds a secret that is shown once: who sends the same `Idempotency-Key` again does not get it. */
  readonly secretAnswer?: boolean;
  /**
   * The kind of stream that the answer follows from; the application knows which one it is. Such a read takes
   * `minVersion`, and is answered when that stream has come so far.
   */
  readonly readsStream?: string;
  /** Why a list is not read page by page. */
  readonly unpaged?: string;
  /** Why the success of a command names no stream with its version: it records in none, or in many. */
  readonly recordsNoStream?: string;
  /** Somebody could guess here who they are: a tighter limit on how often counts too. */
  readonly login?: boolean;
  /** A body as a caller may send it; a test holds it against the schema. */
  readonly example?: unknown;
}

/** A request header that an operation reads. */
export interface RequestHeader {
  readonly required: boolean;
  readonly description: string;
}

const KEY = 'caisson:operation';

/** Says what a handler does and who may call it. Every handler that faces callers has one. */
export function Operation(options: OperationOptions): MethodDecorator {
  return (_target, _name, descriptor) => {
    Reflect.defineMetadata(KEY, options, descriptor.value as object);
  };
}

/** What `Operation` said of a handler. */
export function operationOf(handler: object): OperationOptions | undefined {
  return Reflect.getMetadata(KEY, handler) as OperationOptions | undefined;
}
