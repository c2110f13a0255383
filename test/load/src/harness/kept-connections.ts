import { Agent, request } from 'node:http';

/** A request, as bytes go over a connection that is kept. */
export interface KeptRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends requests over connections that stay open: as little work of the caller's as can be. */
export class KeptConnections {
  readonly #agent: Agent;

  /** To one server, as many as are asked for at once. */
  constructor(
    private readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {
    this.#agent = new Agent({ keepAlive: true });
  }

  /**
   * The body of the answer.
   *
   * @throws Error when its status is another than the one that counts.
   */
  ask(asked: KeptRequest, expected: number): Promise<string> {
    const { body, headers, method, path } = asked;
    const json = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length };
    const options = { method, agent: this.#agent, headers: { ...this.headers, ...json, ...headers } };
    return new Promise((resolve, reject) => {
      const sent = request(`${this.url}${path}`, options, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (text += part));
        answer.once('error', reject);
        answer.once('end', () => {
          if (answer.statusCode === expected) resolve(text);
          else reject(new Error(`${method} ${path} was answered with ${answer.statusCode ?? 0}: ${text}`));
        });
      });
      sent.once('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
