const SAMPLE_BYTES = 991;

/** What is recorded in benchmarks: 991 bytes of JSON, as a finished task would leave. */
export const SAMPLE_DATA: Readonly<Record<string, unknown>> = makeData();

/** The same as text. */
export const SAMPLE_JSON: string = JSON.stringify(SAMPLE_DATA);

/** Who and why, for stores that keep it apart: 69 bytes of JSON. */
export const SAMPLE_METADATA: Readonly<Record<string, unknown>> = {
  correlation: 'c-0193a5f2-7b1e',
  actor: 'service:executor',
  tenant: 'acme',
};

function makeData(): Record<string, unknown> {
  const base = {
    runId: '0193a5f2-7b1e-7c3d-9e4f-5a6b7c8d9e0f',
    taskId: '0193a5f2-7b1e-7c3d-9e4f-5a6b7c8d9e10',
    unitId: 'web[0]',
    attempt: 1,
    outcome: 'succeeded',
    durationMs: 1834,
    outputs: { id: 'srv-4711', address: '10.0.0.12', url: 'http://10.0.0.12:8080' },
    attributes: Object.fromEntries(
      Array.from({ length: 16 }, (_, index) => [`attribute${index}`, `value-${index}-of-it`]),
    ),
    note: '',
  };
  const missing = SAMPLE_BYTES - JSON.stringify(base).length;
  return { ...base, note: 'n'.repeat(Math.max(0, missing)) };
}
