import type { RateSettings } from '@caisson/http';
import { EncryptionKey } from '@caisson/secret-box';
import { CommonSettings, Flag, WholeNumber } from '@caisson/service';
import { z } from 'zod';

const SECRET_CHARACTERS_MIN = 32;

/** What live streams may take, where nothing else is set. */
export const LIVE_DEFAULTS = {
  liveStreamsMax: 2_500,
  liveStreamsPerTenantMax: 1_000,
  liveBeatMs: 15_000,
  liveBufferBytes: 1_048_576,
} as const;

/** How long a read waits for what it must have seen, where nothing else is set; callers wait longer for an answer. */
export const MIN_VERSION_WAIT_MS = 5_000;

/** How many requests callers may send, where nothing else is set. */
export const RATE_DEFAULTS = {
  rateCallerPerMinute: 12_000,
  rateAddressPerMinute: 30_000,
  rateAddressBurst: 5_000,
  rateLoginPerMinute: 120,
  rateLoginBurst: 60,
} as const satisfies RateSettings;

/** Where claims of an external issuer are found, where nothing else is set. */
export const OIDC_DEFAULTS = {
  oidcAudience: 'caisson-api',
  oidcTenantClaim: 'caisson_tenant',
  oidcTenant: 'default',
  oidcRoleClaim: 'caisson_role',
} as const;

const Pem = z.string().regex(/^-----BEGIN [A-Z ]*KEY-----/, 'must be a key in PEM');

/** What the API reads from its environment, beside what every service reads. */
export const ApiSettings = CommonSettings.extend({
  /** Signs tokens (HS256), where `jwtPrivateKey` is not set, and the cursors of pages. */
  jwtSecret: z.string().min(SECRET_CHARACTERS_MIN),
  /** Still accepted while another key replaces it; for seven days, or everybody logs in again. */
  jwtPreviousSecret: z.string().min(SECRET_CHARACTERS_MIN).optional(),
  /** Signs tokens instead (RS256), so that others can check them: a private RSA key in PEM. */
  jwtPrivateKey: Pem.optional(),
  /** Still accepted while another key replaces it: the public or private RSA key in PEM. */
  jwtPreviousPublicKey: Pem.optional(),
  /** `iss` of tokens. */
  jwtIssuer: z.string().min(1).default('caisson'),
  /** `aud` of tokens. */
  jwtAudience: z.string().min(1).default('caisson-api'),
  /** An OpenID Connect issuer whose access tokens are accepted beside our own: exactly as in their `iss`. */
  oidcIssuer: z.url().optional(),
  /** `aud` of its tokens that are meant for us. */
  oidcAudience: z.string().min(1).default(OIDC_DEFAULTS.oidcAudience),
  /** The claim of its tokens that names the tenant. */
  oidcTenantClaim: z.string().min(1).default(OIDC_DEFAULTS.oidcTenantClaim),
  /** The tenant of its tokens without that claim. */
  oidcTenant: z.string().min(1).default(OIDC_DEFAULTS.oidcTenant),
  /** The claim of its tokens that names the role; without it, a viewer. */
  oidcRoleClaim: z.string().min(1).default(OIDC_DEFAULTS.oidcRoleClaim),
  /** Seals credentials; the same as the executor's: `id:base64` of 32 bytes, comma separated, the first one writes. */
  encryptionKey: EncryptionKey,
  /**
   * Signs the addresses of callbacks and makes the secrets of webhooks; the same as webhook-ingest's. Without it there
   * are none.
   */
  callbackSecret: z.string().min(SECRET_CHARACTERS_MIN).optional(),
  /** Live streams of one process at once. */
  liveStreamsMax: WholeNumber.default(LIVE_DEFAULTS.liveStreamsMax),
  /** Live streams of one tenant with one process at once. */
  liveStreamsPerTenantMax: WholeNumber.default(LIVE_DEFAULTS.liveStreamsPerTenantMax),
  /** Milliseconds between two signs of life of a live stream. */
  liveBeatMs: WholeNumber.default(LIVE_DEFAULTS.liveBeatMs),
  /** Bytes that may wait for a watcher who reads slower than events come; then it is let go. */
  liveBufferBytes: WholeNumber.default(LIVE_DEFAULTS.liveBufferBytes),
  /** Milliseconds that a read with `minVersion` waits for that version. 0: not at all. */
  minVersionWaitMs: WholeNumber.default(MIN_VERSION_WAIT_MS),
  /**
   * API keys and invitations are kept as hashes under it. Absent: under `jwtSecret`; set it to that one before another
   * takes the place of `jwtSecret`, or keys end with it.
   */
  keySecret: z.string().min(SECRET_CHARACTERS_MIN).optional(),
  /** Requests of one caller in any minute. 0: as many as it likes. */
  rateCallerPerMinute: WholeNumber.default(RATE_DEFAULTS.rateCallerPerMinute),
  /** Requests from one address in a minute, in the long run. 0: as many as come. */
  rateAddressPerMinute: WholeNumber.default(RATE_DEFAULTS.rateAddressPerMinute),
  /** Requests from one address at once. */
  rateAddressBurst: WholeNumber.default(RATE_DEFAULTS.rateAddressBurst),
  /** Tries to log in from one address, and to one account, in a minute, in the long run. 0: as many as come. */
  rateLoginPerMinute: WholeNumber.default(RATE_DEFAULTS.rateLoginPerMinute),
  /** Tries to log in at once. */
  rateLoginBurst: WholeNumber.default(RATE_DEFAULTS.rateLoginBurst),
  /** Lets the first administrator of a tenant register. Without it nobody can. */
  bootstrapToken: z.string().min(16).optional(),
  /** Whether anybody may join a tenant as a viewer. Off: members come by invitation only. */
  selfRegistration: Flag.default(true),
});

/** The settings of the API, checked. */
export type ApiSettings = z.infer<typeof ApiSettings>;
