/** The code of a failure whose effect could not be learned: somebody has to look. */
export const OUTCOME_UNKNOWN = 'outcome-unknown';

/** The code of such a failure after a person has looked. */
export const OUTCOME_RESOLVED = 'outcome-resolved';
