import { CommonSettings } from '@caisson/service';
import { z } from 'zod';

const SECRET_CHARACTERS_MIN = 32;

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
  /** Lets the first administrator register. Without it nobody can. */
  bootstrapToken: z.string().min(16).optional(),
});

/** The settings of the API, checked. */
export type ApiSettings = z.infer<typeof ApiSettings>;
