import { KeySet } from '@caisson/contracts';
import { AccessGuard, Operation, TokenKeys } from '@caisson/http';
import { Controller, Get, UseGuards } from '@nestjs/common';

/** The public keys of tokens, for whoever wants to check them without asking us (RFC 7517, section 5). */
@UseGuards(AccessGuard)
@Controller('.well-known')
export class KeySetController {
  constructor(private readonly keys: TokenKeys) {}

  @Get('jwks.json')
  @Operation({
    summary: 'Read the public keys of access tokens; none while they are signed with a secret',
    access: 'public',
    answer: KeySet,
  })
  readKeySet(): KeySet {
    return { keys: this.keys.publicKeys().map((key) => ({ ...key, n: key.n ?? '', e: key.e ?? '', kty: 'RSA' })) };
  }
}
