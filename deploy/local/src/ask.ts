import { connect } from 'node:net';

const ANSWER_MS_MAX = 1000;

/** Sends bytes to a port of this machine and tells whether the first bytes of the answer are as they should be. */
export function ask(port: number, question: Buffer, isAnswer: (bytes: Buffer) => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: ANSWER_MS_MAX });
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => socket.write(question));
    socket.once('data', (bytes: Buffer) => finish(isAnswer(bytes)));
    socket.once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
    socket.once('close', () => finish(false));
  });
}
