import 'reflect-metadata';
import { startTracing } from '@caisson/observability';

const stopTracing = await startTracing('drift-detector', process.env); // Patches what is loaded from here on.
const { run } = await import('./run.js');
await run(stopTracing);
