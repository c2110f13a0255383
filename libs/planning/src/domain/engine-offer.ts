import type { Diagnostic } from '@caisson/contracts';

/** What one engine of this installation can do, or why it cannot be used now. */
export type EngineOffer =
  | {
      readonly outcome: 'available';
      readonly version: string;
      /** Its own types, by name. */
      readonly types: readonly string[];
      /** Whether it takes other types with the plugin that knows them. */
      readonly takesPlugins: boolean;
      /** Most resources that one unit may own. */
      readonly resourcesPerUnitMax: number;
      /** Types of which each resource has a unit of its own all the same. */
      readonly alone: readonly string[];
    }
  | { readonly outcome: 'unavailable'; readonly reason: string };

/** The engines of this installation, by name. */
export type EngineOffers = ReadonlyMap<string, EngineOffer>;

/** Whether an engine can be used now and has a type of its own of this name. */
export function hasType(offers: EngineOffers, engine: string, type: string): boolean {
  return offerOf(offers, engine)?.types.includes(type) ?? false;
}

/** What an engine offers; undefined when it cannot be had now. */
export function offerOf(
  offers: EngineOffers,
  engine: string,
): Extract<EngineOffer, { readonly outcome: 'available' }> | undefined {
  const offer = offers.get(engine);
  return offer?.outcome === 'available' ? offer : undefined;
}

/** Why an engine cannot be used at all; undefined when it can. */
export function engineProblem(
  engine: string,
  offers: EngineOffers,
): { readonly code: 'unknown-engine' | 'engine-unavailable'; readonly diagnostic: Diagnostic } | undefined {
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
