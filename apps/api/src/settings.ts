import { CommonSettings, WholeNumber } from '@caisson/service';
import { z } from 'zod';

const SECRET_CHARACTERS_MIN = 32;

/** What live streams may take, where nothing else is set. */
export const LIVE_DEFAULTS = {
  liveStreamsMax: 2_500,
  liveStreamsPerTenantMax: 1_000,
  liveBeatMs: 15_000,
  liveBufferBytes: 1_048_576,
} as const;

/** What the API reads from its environment, beside what every service reads. */
export const ApiSettings = CommonSettings.extend({
  /** Signs access tokens. */
  jwtSecret: z.string().min(SECRET_CHARACTERS_MIN),
  /** Still accepted while `jwtSecret` replaces it; tokens signed with it end within the hour. */
  jwtPreviousSecret: z.string().min(SECRET_CHARACTERS_MIN).optional(),
  /** `iss` of access tokens. */
  jwtIssuer: z.string().min(1).default('caisson'),
  /** `aud` of access tokens. */
  jwtAudience: z.string().min(1).default('caisson-api'),
  /** Signs the addresses of callbacks; the same as webhook-ingest's. Without it there are none. */
  callbackSecret: z.string().min(SECRET_CHARACTERS_MIN).optional(),
  /** Live streams of one process at once. */
  liveStreamsMax: WholeNumber.default(LIVE_DEFAULTS.liveStreamsMax),
  /** Live streams of one tenant with one process at once. */
  liveStreamsPerTenantMax: WholeNumber.default(LIVE_DEFAULTS.liveStreamsPerTenantMax),
  /** Milliseconds between two signs of life of a live stream; then its rights are checked again. */
  liveBeatMs: WholeNumber.default(LIVE_DEFAULTS.liveBeatMs),
  /** Bytes that may wait for a watcher who reads slower than events come; then it is let go. */
  liveBufferBytes: WholeNumber.default(LIVE_DEFAULTS.liveBufferBytes),
  /** Lets the first administrator register. Without it nobody can. */
  bootstrapToken: z.string().min(16).optional(),
});

/** The settings of the API, checked. */
export type ApiSettings = z.infer<typeof ApiSettings>;
