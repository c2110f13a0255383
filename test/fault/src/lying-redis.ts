import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a server says before a client of ours counts as connected. */
const INFORMATION = 'redis_version:7.0.15\r\nloading:0\r\n';

/** A Redis that grants whatever is asked of it to everybody, and remembers nothing. */
export class LyingRedis {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #grants = 0;

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Listens on a port of its own. */
  static async start(): Promise<LyingRedis> {
    const redis = new LyingRedis();
    await new Promise<void>((resolve) => redis.#server.listen(0, '127.0.0.1', resolve));
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many scripts it said yes to: takings, extensions and releases of locks. */
  get grants(): number {
    return this.#grants;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let received = '';
    socket.setEncoding('utf8');
    socket.on('error', () => undefined);
    socket.on('data', (text) => {
      const { commands, rest } = commandsIn(received + String(text));
      received = rest;
      for (const command of commands) socket.write(this.#answerTo(command));
    });
  }

  #answerTo(command: string): string {
    switch (command.toLowerCase()) {
      case 'info':
        return `$${INFORMATION.length}\r\n${INFORMATION}\r\n`;
      case 'eval':
      case 'evalsha':
        this.#grants += 1;
        return ':1\r\n';
      default:
        return '+OK\r\n';
    }
  }
}

/** The names of the commands that have arrived whole, each an array of strings after their lengths. */
function commandsIn(text: string): { readonly commands: readonly string[]; readonly rest: string } {
  const commands: string[] = [];
  let rest = text;
  for (;;) {
    const count = Number(/^\*(\d+)\r\n/.exec(rest)?.[1] ?? Number.NaN);
    const parts = rest.split('\r\n');
    // The line of the count, two lines for each string, and what comes behind the last of them.
    if (Number.isNaN(count) || parts.length < 2 * count + 2) return { commands, rest };
    commands.push(parts[2] ?? '');
    rest = parts.slice(2 * count + 1).join('\r\n');
  }
}
