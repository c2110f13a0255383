export { AcceptDelivery } from './application/accept-delivery.js';
export type { AcceptDeliveryInput, AcceptedDelivery } from './application/accept-delivery.js';
