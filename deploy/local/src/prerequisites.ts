import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { kafkaHome } from './kafka-home.js';

const JAVA_MIN = 17; // Kafka 4's brokers are built for it.

/** Programs that the local stack takes from the machine. */
export type PrerequisiteName = 'java' | 'mvn' | 'redis-server' | 'prometheus';

/** A program that was looked for. */
export interface Prerequisite {
  readonly name: PrerequisiteName;
  /** What it said about its version; undefined when it is missing, too old, or not needed and not there. */
  readonly version: string | undefined;
  /** Whether the stack cannot start without it. */
  readonly missing: boolean;
  /** What it is for and how to get it. */
  readonly remedy: string;
}

const REMEDIES: Readonly<Record<PrerequisiteName, string>> = {
  java: `Kafka needs Java ${JAVA_MIN} or newer: apt-get install openjdk-17-jre-headless, or brew install openjdk@17.`,
  mvn: 'Maven fetches Kafka once: apt-get install maven, or brew install maven.',
  'redis-server':
    'Locks need Redis or Valkey: apt-get install redis-server, brew install redis, or set REDIS_SERVER to its path.',
  prometheus:
    'Watching needs Prometheus: apt-get install prometheus, brew install prometheus, or set PROMETHEUS_SERVER to ' +
    'its path.',
};

/** What a program is for and how to get it. */
export function remedyOf(name: PrerequisiteName): string {
  return REMEDIES[name];
}

/** The program that is started as Redis. */
export function redisCommand(): string {
  return process.env['REDIS_SERVER'] ?? 'redis-server';
}

/** The program that is started as Prometheus. */
export function prometheusCommand(): string {
  return process.env['PROMETHEUS_SERVER'] ?? 'prometheus';
}

/** Looks for all programs that the local stack takes from the machine; `observe`: with what watches it. */
export function findPrerequisites({ observe = false } = {}): readonly Prerequisite[] {
  const java = versionFrom('java', ['-version'], /version "([^"]+)"/);
  const javaMajor = Number(java?.replace(/^1\./, '').split(/[.\-+]/)[0]);
  const maven = versionFrom('mvn', ['--version'], /Apache Maven ([\w.-]+)/);
  const redis = versionFrom(redisCommand(), ['--version'], /v=([\w.-]+)/);
  const prometheus = versionFrom(prometheusCommand(), ['--version'], /version ([\w.+-]+)/);
  const isFetched = existsSync(kafkaHome().libs);
  return [
    prerequisite('java', javaMajor >= JAVA_MIN ? java : undefined, true),
    prerequisite('mvn', maven, !isFetched),
    prerequisite('redis-server', redis, true),
    prerequisite('prometheus', prometheus, observe),
  ];
}

/** A text that names what is missing and how to get it; undefined when nothing is. */
export function describeMissing(prerequisites: readonly Prerequisite[]): string | undefined {
  const missing = prerequisites.filter((prerequisite) => prerequisite.missing);
  if (missing.length === 0) return undefined;
  const lines = missing.map(({ name, remedy }) => `  ${name.padEnd(12)}  ${remedy}`);
  return ['The distributed stack cannot start. Missing on this machine:', ...lines].join('\n');
}

function prerequisite(name: PrerequisiteName, version: string | undefined, needed: boolean): Prerequisite {
  return { name, version, missing: needed && version === undefined, remedy: remedyOf(name) };
}

function versionFrom(command: string, args: readonly string[], pattern: RegExp): string | undefined {
  const run = spawnSync(command, args, { encoding: 'utf8', timeout: 20_000 });
  return run.status === 0 ? pattern.exec(run.stdout + run.stderr)?.[1] : undefined;
}
