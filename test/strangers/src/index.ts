export { everyEvent } from './every-event.js';
export { arbitraryOf } from './arbitrary-of.js';
