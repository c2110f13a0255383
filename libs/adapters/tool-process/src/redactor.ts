/** Removes known secret values from text. */
export interface Redactor {
  redact(text: string): string;
  /** Length of the longest form of a secret: a piece of text cut off in the middle may end in that much of one. */
  readonly longestForm: number;
}

/** Shorter values would remove ordinary words, and protect nothing. */
const SECRET_LENGTH_MIN = 4;
const REPLACEMENT = '(sensitive)';

/** A redactor with nothing to hide. */
export const NO_SECRETS: Redactor = { redact: (text) => text, longestForm: 0 };

/**
 * Makes a redactor that finds each value as it is, and in base64 (each alignment, both alphabets), hexadecimal,
 * URL-encoded and JSON-escaped form; of a value of several lines also each line. Values under 4 characters are ignored.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = new Set(secrets.flatMap((secret) => [secret, ...secret.split(/\r?\n/)]).flatMap(formsOf));
  const ordered = [...forms].sort((left, right) => right.length - left.length);
  if (ordered.length === 0) return NO_SECRETS;
  const pattern = new RegExp(ordered.map(escapeForPattern).join('|'), 'g');
  return {
    redact: (text) => text.replaceAll(pattern, REPLACEMENT),
    longestForm: ordered[0]?.length ?? 0,
  };
}

function formsOf(secret: string): readonly string[] {
  if (secret.length < SECRET_LENGTH_MIN) return [];
  const bytes = Buffer.from(secret, 'utf8');
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map((offset) => base64At(bytes, offset)).filter((form) => form.length >= SECRET_LENGTH_MIN);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** The characters of the base64 text that depend on the secret alone when `offset` bytes stand before it. */
function base64At(bytes: Buffer, offset: number): string {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor((padded.length * 8) / 6);
  return padded.toString('base64').slice(first, last);
}

function escapeForPattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}
