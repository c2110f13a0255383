import { Fault } from '@caisson/kernel';
import { expect, it } from 'vitest';
import { Argon2PasswordHasher } from './argon2-password-hasher.js';

it('checks passwords again after more came at once than it takes, the first check among them', async () => {
  const hasher = new Argon2PasswordHasher();
  const many = Array.from({ length: 64 }, () => hasher.hash('correct horse battery'));
  await expect(hasher.verify(undefined, 'correct horse battery')).rejects.toBeInstanceOf(Fault);
  const [passwordHash] = await Promise.all(many);
  expect(await hasher.verify(passwordHash, 'correct horse battery')).toBe(true);
  expect(await hasher.verify(undefined, 'correct horse battery')).toBe(false);
});
