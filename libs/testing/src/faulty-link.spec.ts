import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from './eventually.js';
import { FaultyLink } from './faulty-link.js';

/** A server that remembers what it was told and says it back. */
describe('a faulty link', () => {
  let server: Server;
  let link: FaultyLink;
  let told: string;

  beforeEach(async () => {
    told = '';
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (piece) => {
        told += piece.toString();
        socket.write(piece);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    link = await FaultyLink.open(() => (server.address() as AddressInfo).port);
  });
  afterEach(async () => {
    await link.close();
    server.close();
  });

  function call(): { readonly socket: Socket; heard: string; ended: boolean } {
    const socket = connect(link.port, '127.0.0.1');
    const caller = { socket, heard: '', ended: false };
    socket.on('data', (piece) => (caller.heard += piece.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => (caller.ended = true));
    return caller;
  }

  async function callAndHear(text: string) {
    const caller = call();
    caller.socket.write(text);
    await eventually('the answer', () => caller.heard === text);
    return caller;
  }

  it('carries bytes both ways, and delays keep their order', async () => {
    link.delay(20);
    const caller = await callAndHear('a');
    for (const text of ['b', 'c', 'd']) caller.socket.write(text);
    await eventually('the rest', () => caller.heard === 'abcd');
  });

  it('refuses: ends what is there, takes nobody, and takes them again when it is open', async () => {
    const caller = await callAndHear('a');
    link.become('refuse');
    await eventually('the end', () => caller.ended);
    const other = call();
    await eventually('the refusal', () => other.ended);
    link.become('open');
    await callAndHear('b');
    expect(told).toBe('ab');
  });

  it('hangs: nothing goes through until it ends, and then all of it', async () => {
    const caller = await callAndHear('a');
    link.become('hang');
    caller.socket.write('b');
    const other = call();
    other.socket.write('c');
    await once(other.socket, 'connect');
    link.become('drop-answers'); // Lets requests through, so the order of events shows that `b` waited.
    await eventually('what waited', () => told.includes('b') && told.includes('c'));
    expect(caller.heard).toBe('a');
  });

  it('loses one direction, and ends what lost bytes when it is open again', async () => {
    const caller = await callAndHear('a');
    link.become('drop-answers');
    caller.socket.write('b');
    await eventually('the request', () => told === 'ab');
    link.become('drop-requests');
    caller.socket.write('c');
    link.become('open');
    await eventually('the end', () => caller.ended);
    expect([told, caller.heard]).toEqual(['ab', 'a']);
  });

  it('loses an answer after the request arrived, and lets the next connection work', async () => {
    const caller = await callAndHear('a');
    link.become('lose-answers');
    caller.socket.write('b');
    await eventually('the end', () => caller.ended);
    expect([told, caller.heard]).toEqual(['ab', 'a']);
    await callAndHear('c');
  });

  it('cuts what is there and forgets it', async () => {
    const caller = await callAndHear('a');
    link.cut();
    await eventually('the end', () => caller.ended && link.connections === 0);
    await callAndHear('b');
  });
});
