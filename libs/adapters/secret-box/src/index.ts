export { AesSecretBox, parseSecretKeys } from './aes-secret-box.js';
export type { SecretKey } from './aes-secret-box.js';
export { EncryptionKey } from './encryption-key.js';
export { SecretEnvelopes } from './secret-envelopes.js';
