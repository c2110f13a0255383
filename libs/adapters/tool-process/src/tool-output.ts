import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { LineSplitter, plainText, type OutputLimits } from './line-splitter.js';
import { NO_SECRETS, type Redactor } from './redactor.js';
import { holdsWithin } from './signals.js';

/** Which part of a tool's output to keep, and how. */
export interface OutputOptions {
  /** Gives each line, secrets and control characters removed. Not for a captured standard output. */
  onLine?(line: string, stream: 'stdout' | 'stderr'): void;
  readonly redactor?: Redactor;
  /** Keeps standard output whole, as it is, up to so many bytes, instead of lines. */
  readonly captureBytesMax?: number;
  /** Characters of one line; default 16,384. */
  readonly lineLengthMax?: number;
  /** Bytes of each stream that become lines; default 64 MiB. */
  readonly lineBytesMax?: number;
  /** Bytes of both streams, dropped ones included, at which the tool is stopped; default 512 MiB. */
  readonly outputBytesMax?: number;
}

/** What was collected. */
export interface CollectedOutput {
  /** Captured standard output; empty when it was not asked for. */
  readonly stdout: string;
  /** Some output was dropped: too much, or too long a line. */
  readonly outputTruncated: boolean;
}

const LINE_LENGTH_MAX = 16_384;
const LINE_BYTES_MAX = 64 * 1024 * 1024;
/** Lines of one stream: handling more would keep this process busy with one tool. */
const LINES_MAX = 100_000;
const OUTPUT_BYTES_MAX = 512 * 1024 * 1024;
/** A pipe that stays open and silent after the tool ended is held by a child that it did not wait for. */
const SILENCE_MS = 1_000;
/** Nor is a child that goes on talking listened to for ever. */
const CLOSE_LIMIT_MS = 30_000;

/**
 * Starts to read both streams. The answer waits for their end and gives what came; call it when the tool has ended.
 *
 * @param onTooMuch - called for each chunk from where the tool has said more than it may.
 */
export function collectOutput(
  child: ChildProcess,
  options: OutputOptions,
  onTooMuch: () => void,
): () => Promise<CollectedOutput> {
  const readers = [
    options.captureBytesMax === undefined ? lineReader('stdout', options) : captureReader(options.captureBytesMax),
    lineReader('stderr', options),
  ];
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const { outputBytesMax = OUTPUT_BYTES_MAX } = options;
  let lastHeardMs = 0;
  let bytes = 0;
  streams.forEach((stream, index) => {
    stream.on('data', (chunk: Uint8Array) => {
      lastHeardMs = performance.now();
      bytes += chunk.length;
      if (bytes > outputBytesMax) onTooMuch();
      else readers[index]?.push(chunk);
    });
  });
  return async () => {
    lastHeardMs = performance.now();
    await holdsWithin(CLOSE_LIMIT_MS, () => streams.every(hasEnded) || performance.now() - lastHeardMs > SILENCE_MS);
    for (const stream of streams) stream.destroy();
    for (const reader of readers) reader.end();
    return {
      stdout: readers[0]?.content() ?? '',
      outputTruncated: bytes > outputBytesMax || readers.some((reader) => reader.truncated),
    };
  };
}

interface OutputReader {
  readonly truncated: boolean;
  push(chunk: Uint8Array): void;
  end(): void;
  content(): string;
}

function lineReader(stream: 'stdout' | 'stderr', options: OutputOptions): OutputReader {
  const redactor = options.redactor ?? NO_SECRETS;
  const limits: OutputLimits = {
    bytesMax: options.lineBytesMax ?? LINE_BYTES_MAX,
    linesMax: LINES_MAX,
    lineLengthMax: options.lineLengthMax ?? LINE_LENGTH_MAX,
  };
  const splitter = new LineSplitter(limits, (line, cut) => {
    const safe = redactor.redact(plainText(line));
    // The end of a cut line may be the beginning of a secret.
    options.onLine?.(cut ? safe.slice(0, Math.max(0, safe.length - redactor.longestForm)) : safe, stream);
  });
  return {
    get truncated() {
      return splitter.truncated;
    },
    push: (chunk) => {
      splitter.push(chunk);
    },
    end: () => {
      splitter.end();
    },
    content: () => '',
  };
}

function captureReader(bytesMax: number): OutputReader {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  return {
    get truncated() {
      return bytes > bytesMax;
    },
    push: (chunk) => {
      const room = bytesMax - bytes;
      bytes += chunk.length;
      if (room > 0) chunks.push(chunk.subarray(0, room));
    },
    end: () => undefined,
    content: () => Buffer.concat(chunks).toString('utf8'),
  };
}

function hasEnded(stream: Readable): boolean {
  return stream.readableEnded || stream.destroyed;
}
