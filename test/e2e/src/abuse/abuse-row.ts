import type { AbuseWorld } from './abuse-world.js';
import type { Answer, RawSent, Sent } from './wire.js';

/** Makes a request in a world that is the same for all rows. */
export type Asks = (world: AbuseWorld) => Sent | RawSent | Promise<Sent | RawSent>;

/** One way to abuse Caisson, and the nearest thing that is right and has to work. */
export interface AbuseRow {
  /** Letter of the table and number. */
  readonly id: string;
  /** The abuse, for people. */
  readonly what: string;
  readonly abuse: Asks;
  /** The address of this machine that the abuse comes from. Default: one of its own for each row. */
  readonly from?: string;
  /** Status and code of the answer. A status alone: an ordinary answer, since the abuse came to nothing. */
  readonly is: string;
  /** What else holds after it. */
  readonly also?: (answer: Answer, world: AbuseWorld) => unknown;
  /** It leaves facts on purpose, such as the end of a session whose token was stolen. */
  readonly records?: true;
  /** The right thing, for people. */
  readonly twin: string;
  readonly right: Asks;
  /** Status of the right thing. */
  readonly works: number;
}

/** Rows about one subject. */
export interface AbuseTable {
  readonly subject: string;
  readonly rows: readonly AbuseRow[];
}

const API = '/api/v1';

/** A request for something of the API. */
export function get(path: string, token?: string, more: Partial<Sent> = {}): Sent {
  return { path: `${API}${path}`, ...(token === undefined ? {} : { token }), ...more };
}

/** Path, body, token, and what else goes with it. */
type Posted = readonly [path: string, body: unknown, token?: string, more?: Partial<Sent>];

/** A command to the API. */
export function post(...[path, body, token, more = {}]: Posted): Sent {
  return { method: 'POST', ...get(path, token, { ...(body === undefined ? {} : { body }), ...more }) };
}
