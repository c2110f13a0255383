import type { Diagnostic, ResourceSpec, TypeMapping } from '@caisson/contracts';
import { engineProblem, hasType, type EngineOffers } from './engine-offer.js';
import type { TypeLookup } from './type-lookup.js';

/** Which engine makes a resource and as which of its types, or why none does. */
export type EngineChoice =
  | {
      readonly outcome: 'chosen';
      readonly engine: string;
      readonly engineType: string;
      /** Set when the type table said so. */
      readonly mapping?: TypeMapping;
    }
  | {
      readonly outcome: 'refused';
      readonly code: 'unknown-engine' | 'unknown-type' | 'unmapped-type' | 'engine-unavailable';
      readonly diagnostic: Diagnostic;
    };

type Refused = Extract<EngineChoice, { outcome: 'refused' }>;

/**
 * Chooses the engine of a resource: as the type table maps its type and provider, else the engine that it names, else
 * the one called like its provider, else, when it names no provider, the only one that knows its type. Never guesses:
 * what cannot be had is refused by name, with what can.
 */
export function chooseEngine(resource: ResourceSpec, offers: EngineOffers, lookup: TypeLookup): EngineChoice {
  const mapping = mappingOf(resource, lookup);
  if (mapping !== undefined) return checkMapped(resource, mapping, offers);
  const named = resource.engine ?? (offers.has(resource.provider ?? '') ? resource.provider : undefined);
  if (named !== undefined) return checkNamed(resource, named, offers);
  if (resource.provider !== undefined) {
    return refused(resource, 'unmapped-type', unmapped(resource.type, resource.provider, lookup));
  }
  const able = [...offers.keys()].filter((name) => hasType(offers, name, resource.type));
  const [only, ...others] = able;
  if (only !== undefined && others.length === 0) return chosen(only, resource.type);
  if (only !== undefined) {
    const detail = `The engines ${able.join(', ')} all have it. Name one as "engine".`;
    const summary = `It is not clear which engine makes the type "${resource.type}".`;
    return refused(resource, 'unknown-engine', { summary, detail });
  }
  const providers = lookup.providersOf(resource.type);
  const detail =
    providers.length > 0
      ? `Say from whom as "provider": ${providers.join(', ')}.`
      : `Use one of ${typesOf(offers)}, or name the "engine".`;
  const summary = `No engine of this installation makes the type "${resource.type}".`;
  return refused(resource, 'unknown-type', { summary, detail });
}

/**
 * What is wrong with a pair of type and provider by the type table alone, in one sentence with the remedy; undefined
 * when the table maps it, does not know the provider, or another engine is named.
 */
export function unmappedPair({ engine, provider, type }: ResourceSpec, lookup: TypeLookup): string | undefined {
  if (engine !== undefined || provider === undefined) return undefined;
  if (lookup.mapping(type, provider) !== undefined || lookup.typesOf(provider).length === 0) return undefined;
  const { detail, summary } = unmapped(type, provider, lookup);
  return `${summary} ${detail}`;
}

function mappingOf({ engine, provider, type }: ResourceSpec, lookup: TypeLookup): TypeMapping | undefined {
  const mapping = provider === undefined ? undefined : lookup.mapping(type, provider);
  return engine === undefined || mapping?.engine === engine ? mapping : undefined;
}

function checkMapped(resource: ResourceSpec, mapping: TypeMapping, offers: EngineOffers): EngineChoice {
  const problem = engineProblem(mapping.engine, offers);
  const { engine, engineType } = mapping;
  if (problem === undefined) return { outcome: 'chosen', engine, engineType, mapping };
  return { outcome: 'refused', ...problem, diagnostic: { ...problem.diagnostic, address: resource.name } };
}

function checkNamed(resource: ResourceSpec, engine: string, offers: EngineOffers): EngineChoice {
  const problem = engineProblem(engine, offers);
  if (problem !== undefined) {
    return { outcome: 'refused', ...problem, diagnostic: { ...problem.diagnostic, address: resource.name } };
  }
  const offer = offers.get(engine);
  if (hasType(offers, engine, resource.type)) return chosen(engine, resource.type);
  const types = offer?.outcome === 'available' ? [...offer.types].sort() : [];
  const detail = `It has ${types.join(', ')}. Use one of these.`;
  const summary = `The engine "${engine}" has no type "${resource.type}".`;
  return refused(resource, 'unknown-type', { summary, detail });
}

/** What a planner and the edge say about a pair that nobody mapped. */
function unmapped(
  type: string,
  provider: string,
  lookup: TypeLookup,
): { readonly summary: string; readonly detail: string } {
  const [types, providers] = [lookup.typesOf(provider), lookup.providersOf(type)];
  const remedies = [
    ...(providers.length > 0 ? [`take it from ${providers.join(', ')}`] : []),
    ...(types.length > 0 ? [`use one of the types ${types.join(', ')}`] : []),
    'have an administrator map it in the type table',
  ];
  const detail = `Correct it: ${remedies.join('; or ')}.`;
  return { summary: `The type "${type}" of provider "${provider}" is not in the type table.`, detail };
}

function chosen(engine: string, engineType: string): Extract<EngineChoice, { outcome: 'chosen' }> {
  return { outcome: 'chosen', engine, engineType };
}

function refused(
  resource: ResourceSpec,
  code: Refused['code'],
  words: { readonly summary: string; readonly detail: string },
): Refused {
  return { outcome: 'refused', code, diagnostic: { severity: 'error', ...words, address: resource.name } };
}

function typesOf(offers: EngineOffers): string {
  const types = [...offers].flatMap(([name, offer]) =>
    offer.outcome === 'available' ? offer.types.map((type) => `${type} (${name})`) : [],
  );
  return types.sort().join(', ');
}
