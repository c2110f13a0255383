import { fileURLToPath } from 'node:url';

/** The folder that holds the repository. */
export const WORKSPACE = fileURLToPath(new URL('../../../', import.meta.url));
