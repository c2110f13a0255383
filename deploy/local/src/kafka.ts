import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '@caisson/kernel';
import { ask } from './ask.js';
import { KAFKA_DATA, kafkaHome, type KafkaHome } from './kafka-home.js';
import { startProcess, stopProcess, type EndSignal, type ManagedProcess } from './managed-process.js';
import { stablePorts } from './ports.js';
import { remedyOf } from './prerequisites.js';
import type { LocalServerOptions } from './redis.js';

const FETCH_MS_MAX = 10 * 60_000;
const FORMAT_MS_MAX = 60_000;
const READY_MS_MAX = 60_000;
const NAME = 'kafka';

/** ApiVersions, version 0, correlation 1, client `probe`. Source: Kafka protocol guide, "Request header v1". */
const API_VERSIONS = Buffer.from('0000000f0012000000000001000570726f6265', 'hex');

/** A real Apache Kafka in KRaft mode: one process on 127.0.0.1 that is broker and controller. */
export interface LocalKafka extends ManagedProcess {
  /** Addresses to connect to, `host:port`. */
  readonly brokers: readonly string[];
  readonly port: number;
}

/** Another way in. Kafka tells its clients where to connect next, so what is put between needs a door of its own. */
export interface KafkaDoor {
  /** Where Kafka listens. */
  readonly port: number;
  /** Where it tells those who came by this door to connect. */
  readonly advertisedPort: number;
}

/** Where Kafka keeps its files, and how it is reached. */
export interface LocalKafkaOptions extends LocalServerOptions {
  /** Besides the usual one. */
  readonly doors?: readonly KafkaDoor[];
}

/**
 * Starts Kafka and waits until it answers. The first call on a machine fetches it with Maven and makes a class archive
 * (10 to 20 s); after that it takes 1 to 2 s, 1 s with data.
 *
 * @throws Fault `local-start-failed` with the broker's last words, `kafka-fetch-failed` with Maven's.
 */
export async function startKafka(options: LocalKafkaOptions): Promise<LocalKafka> {
  const home = await fetchKafka();
  return startBroker(home, options, []);
}

/** Ends the broker that was started in a directory, by whomever. Its data stay. */
export function stopKafka(directory: string, signal?: EndSignal): Promise<void> {
  return stopProcess(NAME, resolve(directory), signal);
}

/** Fetches the jars once and archives the classes that a broker loads. Safe to do twice at once. */
async function fetchKafka(): Promise<KafkaHome> {
  const home = kafkaHome();
  if (!existsSync(home.libs)) {
    mkdirSync(home.directory, { recursive: true });
    const draft = mkdtempSync(join(home.directory, 'fetch-'));
    const settings = ['-B', '-ntp', '-q', '-f', KAFKA_DATA.pom, `-Dbroker.home=${draft}`];
    const maven = await runToEnd('mvn', [...settings, 'package'], FETCH_MS_MAX);
    if (maven !== undefined) {
      rmSync(draft, { recursive: true, force: true });
      throw new Fault('kafka-fetch-failed', `Kafka was not fetched. ${remedyOf('mvn')}\n${maven}`, { retryable: true });
    }
    publish(join(draft, 'libs'), home.libs);
    rmSync(draft, { recursive: true, force: true });
  }
  if (!existsSync(home.archive)) await archiveClasses(home);
  return home;
}

/** A class archive is written by a broker that ends in good order. Without one that fits, starts are slower. */
async function archiveClasses(home: KafkaHome): Promise<void> {
  const directory = mkdtempSync(join(home.directory, 'archive-'));
  const draft = join(directory, 'classes.jsa');
  const flags = [`-XX:ArchiveClassesAtExit=${draft}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'];
  const broker = await startBroker(home, { directory: join(directory, 'broker') }, flags);
  await broker.stop();
  if (existsSync(draft)) publish(draft, home.archive);
  rmSync(directory, { recursive: true, force: true });
}

/** Moves what is complete to where others look for it. Another who was faster wins. */
function publish(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

async function startBroker(home: KafkaHome, options: LocalKafkaOptions, flags: readonly string[]): Promise<LocalKafka> {
  const directory = resolve(options.directory);
  const [port = 0, controllerPort = 0] = await stablePorts(directory, 2, options.port);
  const propertiesFile = join(directory, 'server.properties');
  await stopProcess(NAME, directory);
  writeFileSync(propertiesFile, brokerProperties({ directory, port, controllerPort, doors: options.doors ?? [] }));
  const java = [...javaFlags(home, flags.length === 0), ...flags, '-cp', `${home.libs}/*`];
  if (!existsSync(join(directory, 'data', 'meta.properties'))) await format(java, propertiesFile, clusterId(directory));
  const started = await startProcess({
    name: NAME,
    command: 'java',
    args: [...java, 'kafka.Kafka', propertiesFile],
    directory,
    mark: propertiesFile,
    // A KRaft broker opens its client port when the controller lets it in, so any answer means ready.
    isReady: () => ask(port, API_VERSIONS, (answer) => answer.length >= 4),
    readyMsMax: READY_MS_MAX,
    remedy: remedyOf('java'),
  });
  return { ...started, port, brokers: [`127.0.0.1:${port}`] };
}

async function format(java: readonly string[], propertiesFile: string, cluster: string): Promise<void> {
  // An archive flag would make the formatter write the archive.
  const flags = java.filter((flag) => !flag.startsWith('-XX:ArchiveClassesAtExit'));
  const args = [...flags, 'kafka.tools.StorageTool', 'format', '-t', cluster, '-c', propertiesFile];
  const lastWords = await runToEnd('java', args, FORMAT_MS_MAX);
  if (lastWords === undefined) return;
  const text = `Kafka's storage was not formatted. ${remedyOf('java')}\n${lastWords}`;
  throw new Fault('local-start-failed', text, { retryable: false });
}

/** The cluster's id, kept for the directory. */
function clusterId(directory: string): string {
  const file = join(directory, 'cluster-id');
  if (!existsSync(file)) writeFileSync(file, newClusterId(randomBytes(16)));
  return readFileSync(file, 'utf8');
}

/** Sixteen bytes as Kafka writes them, less one bit: its formatter takes an id that begins with `-` for an option. */
export function newClusterId(bytes: Buffer): string {
  const [first = 0] = bytes;
  return Buffer.from([first & 0x7f, ...bytes.subarray(1)]).toString('base64url');
}

function javaFlags(home: KafkaHome, useArchive: boolean): readonly string[] {
  return [
    ...(useArchive && existsSync(home.archive) ? [`-XX:SharedArchiveFile=${home.archive}`] : []),
    '-Xshare:auto', // A JVM that does not fit the archive goes on without it.
    ...['-Xms256m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError'],
    ...['-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'], // Half the start time at the same throughput.
    ...['-Djava.awt.headless=true', '-Dlog4j2.disableJmx=true', `-Dlog4j2.configurationFile=${KAFKA_DATA.logging}`],
  ];
}

interface BrokerSettings {
  readonly directory: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly doors: readonly KafkaDoor[];
}

function brokerProperties({ controllerPort, directory, doors, port }: BrokerSettings): string {
  const ways = [{ port, advertisedPort: port }, ...doors].map((door, index) => ({
    ...door,
    name: index === 0 ? 'PLAINTEXT' : `DOOR${index}`,
  }));
  const listeners = ways.map((way) => `${way.name}://127.0.0.1:${way.port}`);
  const advertised = ways.map((way) => `${way.name}://127.0.0.1:${way.advertisedPort}`);
  const protocols = ways.map(({ name }) => `${name}:PLAINTEXT`);
  const settings: Readonly<Record<string, string | number>> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: [...listeners, `CONTROLLER://127.0.0.1:${controllerPort}`].join(','),
    'advertised.listeners': advertised.join(','),
    'listener.security.protocol.map': [...protocols, 'CONTROLLER:PLAINTEXT'].join(','),
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(directory, 'data'),
    'auto.create.topics.enable': 'false', // Topics are created once, with their partitions, by who owns them.
    // One machine: nothing to replicate to.
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // Small: few threads and buffers.
    'offsets.topic.num.partitions': 5,
    'transaction.state.log.num.partitions': 5,
    'share.coordinator.state.topic.num.partitions': 1,
    'num.network.threads': 2,
    'num.io.threads': 2,
    'num.recovery.threads.per.data.dir': 1,
    'background.threads': 2,
    'log.cleaner.threads': 1,
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    'log.segment.bytes': 67_108_864,
    'log.index.size.max.bytes': 1_048_576,
    // Fast: a killed broker and a killed consumer are noticed within seconds.
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 500,
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    'controller.quorum.fetch.timeout.ms': 1500,
    'controller.quorum.election.timeout.ms': 500,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Runs a command to its end; answers its output when it failed, undefined when it did not. */
function runToEnd(command: string, args: readonly string[], timeoutMs: number): Promise<string | undefined> {
  return new Promise((done) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      cwd: dirname(KAFKA_DATA.pom),
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-4000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => done(error.message));
    child.once('close', (code) =>
      done(code === 0 ? undefined : `${command} ended with ${code ?? 'a signal'}\n${output}`),
    );
  });
}
