import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What becomes of bytes on a link. `refuse` ends connections and takes none; `hang` takes them and lets nothing through
 * until it ends, then all of it; `drop-requests` and `drop-answers` lose one direction; `lose-answers` lets requests
 * arrive and ends the connections that are there in place of their next answer.
 */
export type LinkMode = 'open' | 'refuse' | 'hang' | 'drop-requests' | 'drop-answers' | 'lose-answers';

/** Pieces that wait while nothing goes through: more than that belongs into the sender's buffers. */
const WAITING_PIECES_MAX = 64;

/** A TCP link on 127.0.0.1 that goes wrong when told to: between a service and a server it stands for the network. */
export class FaultyLink {
  readonly port: number;
  readonly #server: Server;
  readonly #targetPort: () => number;
  readonly #connections = new Set<Connection>();
  #mode: LinkMode = 'open';
  #delayMs = 0;

  private constructor(server: Server, targetPort: () => number) {
    this.#server = server;
    this.#targetPort = targetPort;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#accept(client));
  }

  /** Opens a link. The target is asked for with each connection: it may move. */
  static async open(targetPort: () => number): Promise<FaultyLink> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new FaultyLink(server, targetPort);
  }

  /** How many connections there are. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Goes wrong from now on, for connections that are there too. One that lost bytes ends afterwards. */
  become(mode: LinkMode): void {
    this.#mode = mode;
    for (const connection of this.#connections) {
      if (mode === 'refuse') connection.end();
      else connection.become(mode);
    }
  }

  /** Each piece takes so much longer from now on, in each direction. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Ends all connections; new ones are taken. */
  cut(): void {
    for (const connection of this.#connections) connection.end();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    if (this.#mode === 'refuse') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.#targetPort(), '127.0.0.1');
    // Those that lose answers are the connections that were there: else nobody could try again.
    const mode = this.#mode === 'lose-answers' ? 'open' : this.#mode;
    const connection = new Connection({ client, server }, mode, () => this.#delayMs);
    this.#connections.add(connection);
    connection.whenEnded(() => this.#connections.delete(connection));
  }
}

/** One connection through the link, from client to server. */
class Connection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #delayMs: () => number;
  #mode: LinkMode;
  #lostBytes = false;
  #resume: (() => void)[] = [];

  constructor(ends: { readonly client: Socket; readonly server: Socket }, mode: LinkMode, delayMs: () => number) {
    this.#client = ends.client;
    this.#server = ends.server;
    this.#mode = mode;
    this.#delayMs = delayMs;
    for (const socket of [ends.client, ends.server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.end());
      socket.on('close', () => this.end());
    }
    this.#carry(ends.client, ends.server, 'drop-requests');
    this.#carry(ends.server, ends.client, 'drop-answers');
  }

  become(mode: LinkMode): void {
    this.#mode = mode;
    if (mode === 'hang') return;
    if (mode === 'open' && this.#lostBytes) this.end();
    for (const resume of this.#resume.splice(0)) resume();
  }

  end(): void {
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
    for (const resume of this.#resume.splice(0)) resume();
  }

  whenEnded(tell: () => void): void {
    this.#client.once('close', tell);
  }

  /** Piece after piece, so that delays keep the order. */
  #carry(from: Socket, to: Socket, lostIn: LinkMode): void {
    let last = Promise.resolve();
    let waiting = 0;
    from.on('data', (piece: Buffer) => {
      waiting += 1;
      if (waiting >= WAITING_PIECES_MAX) from.pause();
      last = last.then(async () => {
        await this.#wait();
        waiting -= 1;
        if (from.isPaused()) from.resume();
        this.#pass(piece, to, lostIn);
      });
    });
    from.on('end', () => void last.then(() => to.end()));
  }

  async #wait(): Promise<void> {
    const ms = this.#delayMs();
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    while (this.#mode === 'hang' && !this.#client.destroyed) {
      await new Promise<void>((resolve) => this.#resume.push(resolve));
    }
  }

  #pass(piece: Buffer, to: Socket, lostIn: LinkMode): void {
    if (to.destroyed) return;
    if (this.#mode === lostIn) this.#lostBytes = true;
    else if (this.#mode === 'lose-answers' && lostIn === 'drop-answers') this.end();
    else to.write(piece);
  }
}
