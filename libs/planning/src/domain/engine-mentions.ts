import type { PriceBook, TypeTable } from '@caisson/contracts';

/** An engine that a table names, and where: a JSON pointer (RFC 6901) into its content. */
export interface EngineMention {
  readonly engine: string;
  readonly pointer: string;
}

/** Every engine that a table names, at each place. */
export function engineMentions(content: TypeTable | PriceBook): readonly EngineMention[] {
  const mappings = 'mappings' in content ? content.mappings : [];
  return [...mentionsIn('mappings', mappings), ...mentionsIn('engineTypes', content.engineTypes)];
}

function mentionsIn(member: string, rows: readonly { readonly engine: string }[]): readonly EngineMention[] {
  return rows.map(({ engine }, index) => ({ engine, pointer: `/${member}/${index}/engine` }));
}
