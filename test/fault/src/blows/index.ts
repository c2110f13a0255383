import type { Blow } from './blow.js';
import { LINK_BLOWS } from './link-blows.js';
import { SERVER_BLOWS } from './server-blows.js';
import { SERVICE_BLOWS } from './service-blows.js';

/** All kinds of faults that schedules draw from. */
export const BLOWS: readonly Blow[] = [...SERVICE_BLOWS, ...LINK_BLOWS, ...SERVER_BLOWS];
