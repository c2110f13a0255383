import type { PriceBook, RiskRules, TypeMapping, TypeTable } from '@caisson/contracts';
import type { PlanningTables } from './planning-tables.js';

/** What the planner must know of one type of an engine. */
export interface TypeFacts {
  /** Where it comes in the list of a plan; makes no order of execution. */
  readonly priority: number;
  readonly durationMs: number;
  /** In the currency of the price book. */
  readonly costPerMonth: number;
  /** Why a change of this type cannot be undone; absent: it can. */
  readonly irreversible?: string;
  /** Whether removing it loses what people put into it. */
  readonly holdsData: boolean;
}

/** The last lookup of each type table that is still in use. */
const LOOKUPS = new WeakMap<TypeTable, { readonly book: PriceBook; readonly lookup: TypeLookup }>();

/** Answers questions about types in constant time, from one version of the tables. */
export class TypeLookup {
  readonly risk: RiskRules;
  readonly currency: string;
  readonly #table: TypeTable;
  readonly #book: PriceBook;
  /** By provider and type. */
  readonly #mappings = new Map<string, Map<string, TypeMapping>>();
  readonly #mappedTo: ReadonlyMap<string, TypeMapping>;
  readonly #engineTypes: ReadonlyMap<string, TypeTable['engineTypes'][number]>;
  readonly #enginePrices: ReadonlyMap<string, number>;
  readonly #providerPrices: ReadonlyMap<string, number>;

  /** By engine and type, of those that were asked for: a plan asks for the same few very often. */
  readonly #known = new Map<string, Map<string, TypeFacts>>();

  /** The one for these tables; the same for the same content. */
  static of(tables: PlanningTables): TypeLookup {
    const { priceBook, typeTable } = tables;
    const kept = LOOKUPS.get(typeTable.content);
    if (kept?.book === priceBook.content) return kept.lookup;
    const lookup = new TypeLookup(tables);
    LOOKUPS.set(typeTable.content, { book: priceBook.content, lookup });
    return lookup;
  }

  constructor({ priceBook, typeTable }: PlanningTables) {
    this.#table = typeTable.content;
    this.#book = priceBook.content;
    this.risk = this.#table.risk;
    this.currency = this.#book.currency;
    const { engineTypes, mappings } = this.#table;
    for (const mapping of mappings) {
      const known = this.#mappings.get(mapping.provider);
      if (known === undefined) this.#mappings.set(mapping.provider, new Map([[mapping.type, mapping]]));
      else known.set(mapping.type, mapping);
    }
    // Reversed, so that the first of several types that share an engine's type speaks for it.
    this.#mappedTo = new Map(
      mappings.toReversed().map((mapping) => [keyOf(mapping.engine, mapping.engineType), mapping]),
    );
    this.#engineTypes = new Map(engineTypes.map((row) => [keyOf(row.engine, row.type), row]));
    const prices = this.#book;
    this.#enginePrices = new Map(prices.engineTypes.map((row) => [keyOf(row.engine, row.type), row.costPerMonth]));
    this.#providerPrices = new Map(prices.providers.map((row) => [keyOf(row.provider, row.type), row.costPerMonth]));
  }

  /** How a type is bought from a provider; undefined when the table does not say. */
  mapping(type: string, provider: string): TypeMapping | undefined {
    return this.#mappings.get(provider)?.get(type);
  }

  /** Providers that have the type, in the order of their names. */
  providersOf(type: string): readonly string[] {
    return sorted(this.#table.mappings.filter((mapping) => mapping.type === type).map(({ provider }) => provider));
  }

  /** The types that a provider has, in the order of their names; none for a provider that the table does not know. */
  typesOf(provider: string): readonly string[] {
    return sorted(this.#table.mappings.filter((mapping) => mapping.provider === provider).map(({ type }) => type));
  }

  /** Types whose resources come before those of this type, where both are bought at the same place. */
  typesBefore(type: string): readonly string[] {
    return own(this.#table.types, type)?.after ?? [];
  }

  /** What is known of an engine's own type; of one that nobody described, what holds otherwise. */
  facts(engine: string, engineType: string): TypeFacts {
    let known = this.#known.get(engine);
    if (known === undefined) this.#known.set(engine, (known = new Map<string, TypeFacts>()));
    let facts = known.get(engineType);
    if (facts === undefined) known.set(engineType, (facts = this.#factsOf(engine, engineType)));
    return facts;
  }

  #factsOf(engine: string, engineType: string): TypeFacts {
    const mapping = this.#mappedTo.get(keyOf(engine, engineType));
    const type = mapping?.type ?? engineType;
    const row = this.#engineTypes.get(keyOf(engine, engineType)) ?? own(this.#table.types, type);
    const { durationMs, priority } = row ?? this.#table.otherwise;
    return {
      priority,
      durationMs,
      costPerMonth: this.#enginePrices.get(keyOf(engine, engineType)) ?? this.#priceOf(type, mapping?.provider),
      holdsData: row?.holdsData ?? false,
      ...(row?.irreversible === undefined ? {} : { irreversible: row.irreversible }),
    };
  }

  #priceOf(type: string, provider: string | undefined): number {
    const theirs = provider === undefined ? undefined : this.#providerPrices.get(keyOf(provider, type));
    return theirs ?? own(this.#book.types, type) ?? this.#book.otherwise;
  }

  /** What a provider's deployment gets when it names no resources; undefined: nothing. */
  defaultsOf(provider: string): TypeTable['defaults'][number] | undefined {
    return this.#table.defaults.find((row) => row.provider === provider);
  }
}

function keyOf(first: string, second: string): string {
  return `${first} ${second}`;
}

function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
