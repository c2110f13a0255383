/** The code of a failure whose effect could not be learned: somebody has to look. */
export const OUTCOME_UNKNOWN = 'outcome-unknown';
