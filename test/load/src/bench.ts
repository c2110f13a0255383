import { readArguments } from './harness/arguments.js';
import { benchmark } from './harness/benchmark.js';
import { GOALS } from './goals/index.js';

process.exitCode = await benchmark(GOALS, readArguments(process.argv.slice(2)));
