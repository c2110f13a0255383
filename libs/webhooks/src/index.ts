export { AcceptDelivery } from './application/accept-delivery.js';
export type { AcceptDeliveryInput, AcceptedDelivery } from './application/accept-delivery.js';
export { meaningOfGithubDelivery } from './domain/github-push.js';
export type { DeliveryMeaning } from './domain/github-push.js';
