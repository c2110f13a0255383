import type { AsyncApiDocument } from '@caisson/contracts';
import { compareSchemas, type SchemaPair } from './compare-schemas.js';

/** What to do instead of breaking readers. */
export const INSTEAD =
  'Readers of the last released events would break, or recorded events could no longer be read. Leave the released ' +
  'type as it is and add members that may be absent; or add a type of the next major version (….v2) and publish both ' +
  'until nobody reads the old one: docs/how-to/change-an-event.md.';

/**
 * What of the released document does not hold any more, in sentences. Two kinds of reader count: programs written
 * against the released document, which read what is published from now on, and our own code of now, which reads what
 * was recorded before. So a member that exists stays as it is, and one that is added may be absent.
 */
export function breakingEventChanges(released: AsyncApiDocument, current: AsyncApiDocument): readonly string[] {
  const names = (document: AsyncApiDocument): readonly string[] => Object.keys(document.channels);
  const topics = names(released).flatMap((name) =>
    names(current).includes(name) ? changesOfTopic(released, current, name) : [`The topic ${name} is gone.`],
  );
  const pair: SchemaPair = { released: released.components.schemas, current: current.components.schemas };
  const types = Object.entries(released.components.messages).flatMap(([type, message]) => {
    const now = current.components.messages[type];
    return now === undefined ? [] : [{ type, from: message, to: now }];
  });
  const schemas = types.flatMap(({ type, from, to }) => [
    ...compareSchemas(pair, `${type} (headers)`, [from.headers, to.headers]),
    ...compareSchemas(pair, type, [from.payload, to.payload]),
  ]);
  return [...topics, ...new Set(schemas)];
}

interface Channel {
  readonly messages: Readonly<Record<string, unknown>>;
  readonly bindings: { readonly kafka: { readonly partitions: number } };
}

function changesOfTopic(released: AsyncApiDocument, current: AsyncApiDocument, name: string): readonly string[] {
  const [from, to] = [released.channels[name], current.channels[name]] as unknown as [Channel, Channel];
  const gone = Object.keys(from.messages).filter((type) => !(type in to.messages));
  const [before, now] = [from.bindings.kafka.partitions, to.bindings.kafka.partitions];
  return [
    ...gone.map((type) => `${type} is no longer published on ${name}.`),
    ...(before === now ? [] : [`${name} has ${now} partitions instead of ${before}: keys would move.`]),
  ];
}
