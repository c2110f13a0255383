import { Digest } from '@caisson/contracts';
import { z } from 'zod';

/** An id in a path. What is none is 404, like one that names nothing. */
export const Id = z.uuid().describe('A UUID.');

/** A content address in a path. */
export const DigestId = Digest.describe('sha256: and 64 hexadecimal digits.');
