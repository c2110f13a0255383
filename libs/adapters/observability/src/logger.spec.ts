import { expect, it } from 'vitest';
import { createLogger } from './logger.js';

it('a line of a service that shares its process names that service, once', () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ service: 'standalone', level: 'info', destination });
  log.of('api').of('planner').info({}, 'planned');
  log.info({}, 'started');
  expect(lines.map((line) => line.match(/"service":"[a-z]+"/gu))).toEqual([
    ['"service":"planner"'],
    ['"service":"standalone"'],
  ]);
});
