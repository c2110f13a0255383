import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

// FL16: a bare `node:http` server that writes the bytes it is given to everybody who listens, and does nothing else.

const listening = new Set<ServerResponse>();

const server = createServer((request, response) => {
  if (request.method === 'POST') {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const bytes = Buffer.concat(parts);
      for (const listener of listening) listener.write(bytes);
      response.end();
    });
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(': beat\nid: 0\n\n');
  listening.add(response);
  response.once('close', () => listening.delete(response));
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
