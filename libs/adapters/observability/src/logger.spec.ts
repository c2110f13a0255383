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

it('a change of the level reaches every service of the process, whenever its log was made', () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ service: 'standalone', level: 'info', destination });
  const earlier = log.of('api');
  const say = (): void => {
    for (const one of [log, earlier, log.of('planner')]) one.debug({}, 'a detail');
  };
  say();
  log.level = 'debug';
  say();
  log.of('late').debug({}, 'a detail');
  expect(lines.map((line) => (JSON.parse(line) as { service: string }).service)).toEqual([
    'standalone',
    'api',
    'planner',
    'late',
  ]);
  log.level = 'error';
  say();
  expect(lines).toHaveLength(4);
});
