export { AcceptCallback } from './application/accept-callback.js';
export type { AcceptCallbackInput, AcceptedCallback } from './application/accept-callback.js';
export { AcceptDelivery } from './application/accept-delivery.js';
export type { AcceptDeliveryInput, AcceptedDelivery } from './application/accept-delivery.js';
