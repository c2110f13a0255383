export { CreateIdempotentAnswer } from './create-idempotent-answer.migration.js';
export { PostgresIdempotentAnswers } from './postgres-idempotent-answers.js';
export type { AnswerTimes } from './postgres-idempotent-answers.js';
