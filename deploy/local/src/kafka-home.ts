import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE } from './workspace.js';

/** Where the broker's jars are kept, and the class archive that halves its start. */
export interface KafkaHome {
  readonly directory: string;
  readonly libs: string;
  readonly archive: string;
}

const DATA = join(WORKSPACE, 'deploy', 'local', 'kafka');

/** The folder with the broker's build file and logging settings. */
export const KAFKA_DATA = { pom: join(DATA, 'pom.xml'), logging: join(DATA, 'log4j2.properties') } as const;

/** Cache folder of the jars that the build file names: another file, another folder. `KAFKA_CACHE` moves it. */
export function kafkaHome(): KafkaHome {
  const digest = createHash('sha256').update(readFileSync(KAFKA_DATA.pom)).digest('hex').slice(0, 12);
  const directory = join(process.env['KAFKA_CACHE'] ?? join(WORKSPACE, '.kafka'), digest);
  return { directory, libs: join(directory, 'libs'), archive: join(directory, 'classes.jsa') };
}
