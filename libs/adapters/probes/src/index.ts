export { AddressRules, isNetwork } from './address-rules.js';
export type { AddressLists } from './address-rules.js';
export { GuardedProbes } from './guarded-probes.js';
