import { fileURLToPath } from 'node:url';

/** The folder that holds the repository: the same from `src` and from `dist`. */
export const WORKSPACE = fileURLToPath(new URL('../../../', import.meta.url));
