import type { Diagnostic, ResourceSpec } from '@caisson/contracts';

/** What the planner must know of one resource type. */
export interface TypeFacts {
  readonly durationMs: number;
  readonly costPerMonth: number;
  /** Why a change of this type cannot be undone; absent: it can. */
  readonly irreversible?: string;
}

/** What one engine of this installation can do, or why it cannot be used now. */
export type EngineOffer =
  | {
      readonly outcome: 'available';
      readonly version: string;
      readonly types: Readonly<Record<string, TypeFacts>>;
    }
  | { readonly outcome: 'unavailable'; readonly reason: string };

/** The engines of this installation, by name. */
export type EngineOffers = ReadonlyMap<string, EngineOffer>;

/** Which engine makes a resource, or why none does. */
export type EngineChoice =
  | { readonly outcome: 'chosen'; readonly engine: string }
  | {
      readonly outcome: 'refused';
      readonly code: 'unknown-engine' | 'unknown-type' | 'engine-unavailable';
      readonly diagnostic: Diagnostic;
    };

/**
 * Chooses the engine of a resource: the one it names, else the one called like its provider, else the only one that
 * knows its type. What cannot be had is refused by name, with what can.
 */
export function chooseEngine(resource: ResourceSpec, offers: EngineOffers): EngineChoice {
  const named = resource.engine ?? (offers.has(resource.provider ?? '') ? resource.provider : undefined);
  if (named !== undefined) return checkNamed(resource, named, offers);
  const able = [...offers].filter(([, offer]) => knows(offer, resource.type)).map(([name]) => name);
  const [only, ...others] = able;
  if (only !== undefined && others.length === 0) return { outcome: 'chosen', engine: only };
  if (only !== undefined) {
    const detail = `The engines ${able.join(', ')} all have it. Name one as "engine".`;
    return refused(resource, 'unknown-engine', {
      summary: `It is not clear which engine makes ${what(resource)}.`,
      detail,
    });
  }
  const detail = `Use one of ${typesOf(offers)}, or name the "engine".`;
  return refused(resource, 'unknown-type', {
    summary: `No engine of this installation makes ${what(resource)}.`,
    detail,
  });
}

/** The facts of a type; undefined when the engine or the type cannot be had now. */
export function factsOf(offers: EngineOffers, engine: string, type: string): TypeFacts | undefined {
  const offer = offers.get(engine);
  return offer?.outcome === 'available' && Object.hasOwn(offer.types, type) ? offer.types[type] : undefined;
}

/** Why an engine cannot be used at all; undefined when it can. */
export function engineProblem(
  engine: string,
  offers: EngineOffers,
): Pick<Extract<EngineChoice, { outcome: 'refused' }>, 'code' | 'diagnostic'> | undefined {
  const offer = offers.get(engine);
  if (offer === undefined) {
    const detail = `The engines of this installation are ${[...offers.keys()].sort().join(', ')}. Use one of these.`;
    return {
      code: 'unknown-engine',
      diagnostic: { severity: 'error', summary: `There is no engine "${engine}".`, detail },
    };
  }
  if (offer.outcome === 'available') return undefined;
  const detail = `${offer.reason}. Make it available to the planner, or use another engine.`;
  const summary = `The engine "${engine}" cannot be used now.`;
  return { code: 'engine-unavailable', diagnostic: { severity: 'error', summary, detail } };
}

function checkNamed(resource: ResourceSpec, engine: string, offers: EngineOffers): EngineChoice {
  const problem = engineProblem(engine, offers);
  if (problem !== undefined) {
    return { outcome: 'refused', ...problem, diagnostic: { ...problem.diagnostic, address: resource.name } };
  }
  const offer = offers.get(engine);
  if (offer !== undefined && knows(offer, resource.type)) return { outcome: 'chosen', engine };
  const types = offer?.outcome === 'available' ? Object.keys(offer.types).sort() : [];
  const detail = `It has ${types.join(', ')}. Use one of these.`;
  const summary = `The engine "${engine}" has no type "${resource.type}".`;
  return refused(resource, 'unknown-type', { summary, detail });
}

function knows(offer: EngineOffer, type: string): boolean {
  return offer.outcome === 'available' && Object.hasOwn(offer.types, type);
}

function refused(
  resource: ResourceSpec,
  code: Extract<EngineChoice, { outcome: 'refused' }>['code'],
  words: { readonly summary: string; readonly detail: string },
): EngineChoice {
  return { outcome: 'refused', code, diagnostic: { severity: 'error', ...words, address: resource.name } };
}

function what({ provider, type }: ResourceSpec): string {
  return provider === undefined ? `the type "${type}"` : `the type "${type}" of provider "${provider}"`;
}

function typesOf(offers: EngineOffers): string {
  const types = [...offers].flatMap(([name, offer]) =>
    offer.outcome === 'available' ? Object.keys(offer.types).map((type) => `${type} (${name})`) : [],
  );
  return types.sort().join(', ');
}
