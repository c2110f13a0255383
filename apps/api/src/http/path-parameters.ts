import { Digest } from '@caisson/contracts';
import { z } from 'zod';

/** An id in a path. What is none is 404, like one that names nothing. */
export const Id = z.uuid().describe('A UUID.');

/** The number of a version in a path. */
export const Version = z.coerce.number<string>().int().positive().describe('A whole number from 1.');

/** The id of a task in a path: `<run>/<unit>`, with `/rollback` for its undoing; slashes as `%2F`. */
export const TaskId = z
  .string()
  .regex(/^[0-9a-f-]{36}\/[a-z0-9-]{1,63}(\[\d{1,4}\])?(\/rollback)?$/)
  .describe('<run id>/<unit>, and /rollback for its undoing.');

/** The id of an attempt in a path: `<task>/<cycle>.<attempt>`. */
export const AttemptId = z
  .string()
  .regex(/^[0-9a-f-]{36}\/[a-z0-9-]{1,63}(\[\d{1,4}\])?(\/rollback)?\/\d{1,6}\.\d{1,3}$/)
  .describe('<task id>/<cycle>.<attempt>.');

/** A content address in a path. */
export const DigestId = Digest.describe('sha256: and 64 hexadecimal digits.');
