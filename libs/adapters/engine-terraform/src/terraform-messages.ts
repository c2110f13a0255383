import type { Diagnostic } from '@caisson/contracts';
import { cutText, type JsonObject } from '@caisson/kernel';
import { z } from 'zod';

/** One diagnostic as Terraform prints it in its JSON output. */
export const TerraformDiagnostic = z.looseObject({
  severity: z.enum(['error', 'warning']),
  summary: z.string(),
  detail: z.string().default(''),
  address: z.string().optional(),
  range: z.looseObject({ filename: z.string(), start: z.looseObject({ line: z.int() }) }).optional(),
});

/** A line of `terraform … -json`. */
const Message = z.looseObject({
  '@message': z.string().default(''),
  type: z.string(),
  diagnostic: TerraformDiagnostic.optional(),
  changes: z.looseObject({ add: z.int(), change: z.int(), remove: z.int(), operation: z.string() }).optional(),
});

/** What a line of output means for people and for us. */
export interface TerraformMessage {
  /** For the log; undefined when it says nothing that people need. */
  readonly text: string | undefined;
  readonly diagnostic: Diagnostic | undefined;
  /** How many resources a finished `apply` or `destroy` has added, changed and removed. */
  readonly changes?: JsonObject;
}

/** Lines about Terraform itself, or that say again what other lines said. */
const SILENT = new Set(['version', 'outputs', 'refresh_start', 'refresh_complete', 'log', 'init_output']);
const DETAIL_LENGTH_MAX = 2_000;

/** Advice to whoever sits at a terminal with the files at hand. */
const ADVICE = /\n\n(To see which modules are currently depending on|To silence these warnings, use)[\s\S]*$/;
const BOILERPLATE =
  /^Terraform encountered problems during initiali[sz]ation|^OpenTofu encountered problems during init/;

/** Terraform finds the configuration's own backend beside ours, and cannot know which of the two is not wanted. */
export const OWN_BACKEND = /^(Duplicate (backend|cloud) configuration|Both a (backend|cloud) )/;
const OWN_BACKEND_DETAIL =
  'Caisson keeps the state itself. Remove the "backend" or "cloud" block from the configuration.';

/** How commands that know no `-json`, such as `state push`, begin to say why they failed. */
const PLAIN_ERROR = /^(?:Error: (?=.)|(?=Failed to ))/;

/** Reads one line of output; a line that is no JSON is given to the log as it is. */
export function readMessage(line: string): TerraformMessage {
  const message = Message.safeParse(parse(line)).data;
  if (message === undefined) {
    const summary = PLAIN_ERROR.test(line) ? line.replace(PLAIN_ERROR, '').trim() : undefined;
    const diagnostic = summary === undefined ? undefined : ({ severity: 'error', summary } as const);
    return { text: line.trim() === '' ? undefined : line, diagnostic };
  }
  const diagnostic = message.diagnostic === undefined ? undefined : toDiagnostic(message.diagnostic);
  if (message.diagnostic !== undefined) return { text: diagnostic && printed(diagnostic), diagnostic };
  const text = SILENT.has(message.type) ? undefined : message['@message'];
  if (message.changes === undefined || message.changes.operation === 'plan') return { text, diagnostic: undefined };
  const { add, change, remove } = message.changes;
  return { text, diagnostic: undefined, changes: { add, change, remove } };
}

/** Translates a diagnostic; undefined for one that only introduces others. */
export function toDiagnostic(found: z.infer<typeof TerraformDiagnostic>): Diagnostic | undefined {
  if (BOILERPLATE.test(found.summary)) return undefined;
  const words = OWN_BACKEND.test(found.summary) ? OWN_BACKEND_DETAIL : found.detail.replace(ADVICE, '');
  const detail = cutText(words.trim(), DETAIL_LENGTH_MAX);
  const place = found.range === undefined ? undefined : `${found.range.filename} line ${found.range.start.line}`;
  const address = found.address ?? place;
  const where = found.address !== undefined && place !== undefined ? ` (${place})` : '';
  return {
    severity: found.severity,
    summary: found.summary.trim(),
    ...(detail === '' && where === '' ? {} : { detail: `${detail}${where}`.trim() }),
    ...(address === undefined ? {} : { address }),
  };
}

/** A diagnostic as one line for people. */
export function printed({ severity, summary, detail, address }: Diagnostic): string {
  const place = address === undefined ? '' : ` at ${address}`;
  const text = `${severity === 'error' ? 'Error' : 'Warning'}: ${summary}${place}`;
  return detail === undefined ? text : `${text}: ${detail.replaceAll(/\s+/g, ' ')}`;
}

function parse(line: string): unknown {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
