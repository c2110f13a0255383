import type { Json } from '@caisson/kernel';
import { z } from 'zod';

/** Any JSON value. */
export const JsonValue: z.ZodType<Json> = z.json();
