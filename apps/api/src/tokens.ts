/** The `DocumentStore` in the API's module. */
export const DOCUMENTS = Symbol('documents');

/** The `ConsumerStore` in the API's module. */
export const CONSUMERS = Symbol('consumers');

/** The `AttemptLogs` in the API's module. */
export const ATTEMPT_LOGS = Symbol('attempt logs');

/** The `Quotas` in the API's module. */
export const QUOTA_USE = Symbol('quotas');

/** The `Clock` in the API's module. */
export const CLOCK = Symbol('clock');

/** The `CallbackTokens` in the API's module, in a box: undefined when callbacks are off. */
export const CALLBACK_TOKENS = Symbol('callback tokens');

/** The `IdGenerator` in the API's module. */
export const IDS = Symbol('ids');

/** The `Logger` in the API's module. */
export const LOG = Symbol('log');

/** What knows the engines of other services in the API's module. */
export const INSTALLED_ENGINES = Symbol('installed engines');

/** The `WebhookSecrets` in the API's module, in a box: undefined when webhooks are off. */
export const WEBHOOK_SECRETS = Symbol('webhook secrets');
