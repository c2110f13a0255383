/** Authenticated encryption at rest. What was sealed for one place does not open in another. */
export interface SecretBox {
  /** @param boundTo - tenant, kind and id of the place it is kept, such as `tenant|terraform-state|key`. */
  seal(plain: Uint8Array, boundTo: string): Uint8Array;
  /** @throws Fault `secret-unreadable` when the bytes, the place or the key are not those of the sealing. */
  open(sealed: Uint8Array, boundTo: string): Uint8Array;
}

/** Something sealed under a key of its own, and that key under a key of the installation. All as base64. */
export type Envelope = {
  /** Names the key of the installation that sealed `dataKey`. */
  readonly keyId: string;
  readonly dataKey: string;
  readonly content: string;
};

/** Seals what is kept for long, so that a change of the installation's key never touches it. */
export interface EnvelopeSealer {
  /** The key that `seal` and `rewrap` use. */
  readonly keyId: string;
  /** @param boundTo - tenant, kind, id and version of the place it is kept. */
  seal(plain: string, boundTo: string): Envelope;
  /** @throws Fault `secret-unreadable` when the envelope, the place or the key are not those of the sealing. */
  open(envelope: Envelope, boundTo: string): string;
  /**
   * Puts an envelope under the newest key.
   *
   * @throws Fault as `open` does.
   */
  rewrap(envelope: Envelope, boundTo: string): Envelope;
}
