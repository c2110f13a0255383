export { acceptScanRequest, DRIFT_QUEUE } from './application/accept-scan-request.js';
export type { DriftReport } from './application/drift-report.js';
export { driftScanAggregate } from './application/drift-scan.aggregate.js';
export { RunScan } from './application/run-scan.js';
export type { RunScanPorts } from './application/run-scan.js';
export { SEVERITY_TABLE } from './domain/severity.js';
