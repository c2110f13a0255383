import { createLogger } from '@caisson/observability';
import { describe, expect, it } from 'vitest';
import { Shutdown } from './shutdown.js';

const log = createLogger({ service: 'test', level: 'silent' });

describe('shutdown', () => {
  it('goes stage by stage, newest part first within a stage', async () => {
    const stopped: string[] = [];
    const shutdown = new Shutdown(log);
    const part = (name: string) => () => {
      stopped.push(name);
      return Promise.resolve();
    };
    shutdown.add('connections', 'postgres', part('postgres'));
    shutdown.add('serving', 'http', part('http'));
    shutdown.add('claiming', 'first worker', part('first worker'));
    shutdown.add('claiming', 'second worker', part('second worker'));
    await shutdown.run();
    expect(stopped).toEqual(['second worker', 'first worker', 'http', 'postgres']);
  });

  it('goes on when a part does not stop cleanly', async () => {
    const stopped: string[] = [];
    const shutdown = new Shutdown(log);
    shutdown.add('serving', 'http', () => Promise.reject(new Error('port is on fire')));
    shutdown.add('connections', 'postgres', () => {
      stopped.push('postgres');
      return Promise.resolve();
    });
    await shutdown.run();
    expect(stopped).toEqual(['postgres']);
  });

  it('stops once, however often it is asked', async () => {
    let stops = 0;
    const shutdown = new Shutdown(log);
    shutdown.add('serving', 'http', () => {
      stops += 1;
      return Promise.resolve();
    });
    await Promise.all([shutdown.run(), shutdown.run()]);
    expect(stops).toBe(1);
  });
});
