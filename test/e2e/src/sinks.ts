import { readdir, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { eventually } from '@caisson/testing';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';

const KAFKA_LIMIT_MS = 30_000;

/** Every row of every table, as text; bytes in hexadecimal digits. */
export async function everyRow(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public' order by 1`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(`select t::text as text from ${name} t`);
      texts.push(...rows.map(({ text }) => text));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

/** Key, headers and value of every message of every topic, dead letters included. */
export async function everyMessage(brokers: readonly string[]): Promise<string> {
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'stranger', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
  const ends = await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
  await admin.disconnect();
  const expected = ends.flat().reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  const consumer = kafka.consumer({ groupId: randomUUID() });
  const texts: string[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message: { headers = {}, key, value } }) => {
        const told = Object.entries(headers).map(([name, header]) => `${name}: ${String(header)}`);
        texts.push([String(key), ...told, String(value)].join('\n'));
      },
    });
    await eventually('all messages', () => texts.length >= expected, KAFKA_LIMIT_MS);
    return texts.join('\n');
  } finally {
    await consumer.disconnect();
  }
}

/** Every file below a folder, as text. */
export async function everyFile(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(files.map(({ name, parentPath }) => readFile(join(parentPath, name), 'latin1')));
  return texts.join('\n');
}

/** Hears every command that anybody sends to a Redis, with its arguments (`MONITOR`). */
export class RedisEar {
  readonly #heard: string[] = [];

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => this.#heard.push(chunk.toString('latin1')));
  }

  static async at(port: number): Promise<RedisEar> {
    const socket = connect(port, '127.0.0.1');
    const ear = new RedisEar(socket);
    socket.write('MONITOR\r\n');
    await eventually('Redis to agree', () => ear.heard.startsWith('+OK'));
    return ear;
  }

  get heard(): string {
    return this.#heard.join('');
  }

  close(): void {
    this.socket.destroy();
  }
}

/**
 * The forms in which a secret may stand in a text: as it is, and in JSON, URLs, hexadecimal digits and base64, also in
 * the middle of something that was encoded with it.
 */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const inBase64 = [0, 1, 2].map((shift) => {
    const start = (3 - shift) % 3;
    return bytes.subarray(start, start + Math.floor((bytes.length - start) / 3) * 3).toString('base64');
  });
  const plain = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
  const digits = bytes.toString('hex');
  const urlSafe = inBase64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [...new Set([...plain, digits, digits.toUpperCase(), ...inBase64, ...urlSafe])];
}
