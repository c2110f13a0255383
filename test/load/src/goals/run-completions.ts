import kafkajs from 'kafkajs';
import { topicOf } from '@caisson/contracts';
import { FETCH_WAIT_MS, machineMs } from './p9-messages.js';

const COMPLETED = 'caisson.deployment.run-completed.v1';
const FAILED = 'caisson.deployment.run-failed.v1';

/** A bare consumer of the deployment topic that sees runs end. */
export class Completions {
  readonly #consumer: kafkajs.Consumer;
  readonly #endedAtMs = new Map<string, number>();
  readonly #waiting = new Map<string, (atMs: number) => void>();

  private constructor(consumer: kafkajs.Consumer) {
    this.#consumer = consumer;
  }

  /** Joins its group and reads from now on. */
  static async start(brokers: readonly string[]): Promise<Completions> {
    const kafka = new kafkajs.Kafka({ clientId: 'bench', brokers: [...brokers], logLevel: kafkajs.logLevel.ERROR });
    const consumer = kafka.consumer({ groupId: 'bench-completions', maxWaitTimeInMs: FETCH_WAIT_MS });
    const completions = new Completions(consumer);
    await consumer.connect();
    await consumer.subscribe({ topic: topicOf('deployment'), fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        const type = message.headers?.['ce_type']?.toString();
        if (type === COMPLETED || type === FAILED) completions.#take(type, message.value?.toString() ?? '{}');
        return Promise.resolve();
      },
    });
    return completions;
  }

  /** When the end of a run was heard of, by the machine's clock. @throws Error when it failed, or is too late. */
  async of(runId: string, limitMs: number): Promise<number> {
    const atMs =
      this.#endedAtMs.get(runId) ??
      (await new Promise<number>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`run ${runId} did not end`)), limitMs);
        this.#waiting.set(runId, (heardAtMs) => {
          clearTimeout(late);
          resolve(heardAtMs);
        });
      }));
    if (Number.isNaN(atMs)) throw new Error(`run ${runId} failed`);
    return atMs;
  }

  stop(): Promise<void> {
    return this.#consumer.disconnect();
  }

  #take(type: string, text: string): void {
    const { runId } = JSON.parse(text) as { runId: string };
    const atMs = type === COMPLETED ? machineMs() : Number.NaN;
    if (this.#endedAtMs.has(runId)) return; // A repeat.
    this.#endedAtMs.set(runId, atMs);
    this.#waiting.get(runId)?.(atMs);
  }
}
