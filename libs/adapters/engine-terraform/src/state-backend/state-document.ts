import { createHash } from 'node:crypto';
import { sha256 } from '@caisson/kernel';
import { z } from 'zod';
import type { StateHead } from './state-store.js';

/** Largest state that is taken: some thousand resources. */
export const STATE_BYTES_MAX = 64 * 1024 * 1024;

/** Lineages and lock ids are UUIDs in practice; whatever else comes must be safe to store and to compare. */
const Name = z.string().regex(/^[\x21-\x7e]{1,200}$/);

/** What the backend reads of a state of Terraform's format 4; the rest is Terraform's own. */
const StateDocument = z.looseObject({
  version: z.literal(4),
  serial: z.int().nonnegative(),
  lineage: Name,
});

const LockInfo = z.looseObject({ ID: Name });

/** The head of a posted state; undefined when it is no state: empty, cut short, or of another format. */
export function headOf(content: Uint8Array): StateHead | undefined {
  const document = StateDocument.safeParse(parseJson(content)).data;
  if (document === undefined) return undefined;
  return { serial: document.serial, lineage: document.lineage, digest: sha256(content) };
}

/** The lock id in a lock info; undefined when it is none. */
export function lockIdOf(body: Uint8Array): string | undefined {
  return LockInfo.safeParse(parseJson(body)).data?.ID;
}

/** Whether the bytes are those the sender meant. True when it did not say. Source: RFC 1864, Content-MD5. */
export function matchesContentMd5(content: Uint8Array, header: string | undefined): boolean {
  return header === undefined || createHash('md5').update(content).digest('base64') === header.trim();
}

function parseJson(content: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(content).toString('utf8'));
  } catch {
    return undefined;
  }
}
