import type { ProcessLogger } from '@caisson/observability';

/**
 * Lets SIGUSR2 switch a process to `debug`, and back: to see more while something goes wrong, without a restart that
 * might end it. Whoever may send a signal may do worse, so there is no route to guard.
 */
export function debugOnSignal(log: ProcessLogger): void {
  const usual = log.level === 'debug' ? 'info' : log.level;
  process.on('SIGUSR2', () => {
    const logLevel = log.level === 'debug' ? usual : 'debug';
    log.level = 'debug'; // So that the change is seen, whichever way it goes.
    log.info({ logLevel }, 'the log level has changed');
    log.level = logLevel;
  });
}
