/** The `DocumentStore` in the API's module. */
export const DOCUMENTS = Symbol('documents');

/** The `ConsumerStore` in the API's module. */
export const CONSUMERS = Symbol('consumers');

/** The `IdGenerator` in the API's module. */
export const IDS = Symbol('ids');

/** The `Logger` in the API's module. */
export const LOG = Symbol('log');
