import { RouteConfig } from '@nestjs/platform-fastify';

/** Bytes of a JSON body, unless its route says otherwise. */
export const BODY_BYTES_MAX = 256 * 1024;

/** How the body of one route is read. */
export interface BodyRules {
  /** `json`: parsed and checked; other types are 415. `raw`: a `Buffer` of exactly what was sent, of any type. */
  readonly kind: 'json' | 'raw';
  readonly bytesMax: number;
}

const KEY = 'caissonBody';
const DEFAULT: BodyRules = { kind: 'json', bytesMax: BODY_BYTES_MAX };

/** Sets how a handler's body is read. Without it: JSON of at most `BODY_BYTES_MAX`. */
export function ReadBody(rules: BodyRules): MethodDecorator {
  return RouteConfig({ [KEY]: rules });
}

/** The rules of a Fastify route's configuration. */
export function bodyRulesOf(config: unknown): BodyRules {
  const rules = (config as Record<string, BodyRules | undefined> | undefined)?.[KEY];
  return rules ?? DEFAULT;
}
