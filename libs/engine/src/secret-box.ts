/** Authenticated encryption at rest. What was sealed for one place does not open in another. */
export interface SecretBox {
  /** @param boundTo - tenant, kind and id of the place it is kept, such as `tenant|terraform-state|key`. */
  seal(plain: Uint8Array, boundTo: string): Uint8Array;
  /** @throws Fault `secret-unreadable` when the bytes, the place or the key are not those of the sealing. */
  open(sealed: Uint8Array, boundTo: string): Uint8Array;
}
