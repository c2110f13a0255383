import { z } from 'zod';

const PAIR = '[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/]{43}=';

/** The setting of keys that seal: `id:base64` of 32 bytes, comma separated. The first one writes, all can be read. */
export const EncryptionKey = z.string().regex(new RegExp(`^${PAIR}(,${PAIR})*$`), {
  error: 'must be id:base64 of 32 bytes, comma separated',
});
