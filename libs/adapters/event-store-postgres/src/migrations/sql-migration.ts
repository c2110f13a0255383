import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Fault, invariant } from '@caisson/kernel';

/** One step of the schema, forward only. TypeORM runs each once, ordered by the 13 digits its name ends with. */
export type MigrationClass = new () => MigrationInterface;

const NAME = /^[A-Z][A-Za-z]+\d{13}$/; // TypeORM takes the order from the last 13 digits.

/**
 * A migration made of statements, run in one transaction. Once it was released it never changes: write another one.
 *
 * @param name - what it does and when it was written, in milliseconds since 1970: `CreateThing1772000000000`.
 */
export function sqlMigration(name: string, statements: readonly string[]): MigrationClass {
  invariant(NAME.test(name), `a migration's name ends with 13 digits: ${name}`);
  return class implements MigrationInterface {
    readonly name = name;

    async up(queryRunner: QueryRunner): Promise<void> {
      for (const statement of statements) await queryRunner.query(statement);
    }

    async down(): Promise<void> {
      throw new Fault('migration-forward-only', `${name} cannot be undone. Write a new migration.`, {
        retryable: false,
      });
    }
  };
}
