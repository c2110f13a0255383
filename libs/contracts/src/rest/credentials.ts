import { z } from 'zod';
import { PageQuery, sortBy } from './page.js';

const VALUES_MAX = 50;
const VALUE_CHARACTERS_MAX = 65_536;
/** What is shorter is a word that tools print anyway: it could not be taken out of what they say. */
const VALUE_CHARACTERS_MIN = 8;
const WORDS = 'must be an environment variable: letters, digits and underscores, not beginning with a digit';

/** Names a credential in its tenant: a DNS label. */
export const CredentialName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a DNS label: 1 to 63 of a-z, 0-9 and inner hyphens');

const SYSTEM_NAMES = [
  ...['PATH', 'HOME', 'TMPDIR', 'SHELL', 'IFS', 'ENV', 'TZ', 'LANG', 'LC_.*'],
  ...['BASH_.*', 'LD_.*', 'DYLD_.*', 'NODE_.*', 'GIT_.*'],
  ...['SSL_CERT_(?:FILE|DIR)', '(?:HTTPS?|ALL|NO)_PROXY'],
];
const OF_THE_SYSTEM = new RegExp(`^(?:${SYSTEM_NAMES.join('|')})$`, 'i');

/** What would change how a tool runs instead of with whose rights. */
const VariableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, WORDS)
  .refine((name) => !/^TF_(?!VAR_)/i.test(name), 'is set by Caisson itself')
  .refine((name) => !OF_THE_SYSTEM.test(name), 'is of the system');

/** Body of `PUT /credentials/{name}`: the values by the environment variable that the tool gets them in. */
export const CredentialRequest = z.strictObject({
  values: z.record(VariableName, z.string().min(VALUE_CHARACTERS_MIN).max(VALUE_CHARACTERS_MAX)).refine((values) => {
    const { length } = Object.keys(values);
    return length >= 1 && length <= VALUES_MAX;
  }, `must have 1 to ${VALUES_MAX} values`),
});

/** What is told of a credential: never a value. */
export const CredentialResource = z.object({
  name: z.string(),
  /** Rises with each change of its values. */
  version: z.int().positive(),
  /** Names of its values. */
  variables: z.array(z.string()),
  /** The key of the installation that its values are under. */
  keyId: z.string(),
  changedAt: z.string(),
});

/** Query of the credentials. */
export const CredentialListQuery = PageQuery.extend({ sort: sortBy('name') });

/** Answer of `POST /credentials/rewrap`. */
export const CredentialsRewrapped = z.object({
  /** How many were under an older key. */
  rewrapped: z.int().nonnegative(),
});

/** A credential to store that was checked. */
export type CredentialRequest = z.infer<typeof CredentialRequest>;
/** The query of the credentials, checked. */
export type CredentialListQuery = z.infer<typeof CredentialListQuery>;
/** A credential as the API shows it. */
export type CredentialResource = z.infer<typeof CredentialResource>;
/** How many credentials were put under the newest key. */
export type CredentialsRewrapped = z.infer<typeof CredentialsRewrapped>;
