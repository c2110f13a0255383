export { BLOWS } from './blows/index.js';
export type { Blow, FaultRow } from './blows/blow.js';
export { KEPT, readKeptRun } from './kept-run.js';
export type { KeptRun } from './run-summary.js';
export { KeptLog } from './kept-log.js';
export { faultMatrixPage } from './matrix-page.js';
export { MATRIX } from './matrix.js';
export type { FaultTest, MatrixRow } from './matrix.js';
