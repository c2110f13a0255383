import { Controller, type DynamicModule, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import type { PublicEvent } from '@caisson/contracts';
import type { Delivery, OutboxEntry } from '@caisson/event-sourcing';
import { SEQUENCED_CHANNEL } from '@caisson/event-sourcing';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { createTestDatabase, eventually, type RunningStrategy, type TestHandler } from '@caisson/testing';
import type { EventStrategy } from './event-strategy.js';
import type { Log } from './log.js';
import { EventsOf } from './events-of.js';
import { PassErrorsOn } from './pass-errors-on.js';

const HANDLER = 'test-handler';

@Controller()
class TestController {
  constructor(@Inject(HANDLER) private readonly handler: TestHandler) {}

  @EventsOf('deployment')
  consume(@Payload() event: PublicEvent, @Ctx() delivery: Delivery): unknown {
    return this.handler(event, delivery);
  }
}

@Module({})
class TestModule {
  static with(handler: TestHandler): DynamicModule {
    return { module: TestModule, controllers: [TestController], providers: [{ provide: HANDLER, useValue: handler }] };
  }
}

/** Runs a strategy as a service does: behind Nest, with the filter that passes errors on. */
export async function startBehindNest(strategy: EventStrategy, handler: TestHandler): Promise<RunningStrategy> {
  const app = await NestFactory.createMicroservice(TestModule.with(handler), { strategy, logger: false });
  app.useGlobalFilters(new PassErrorsOn());
  await app.listen();
  return { health: () => strategy.health(), stop: () => app.close() };
}

/** Keeps the warnings and errors for the test to look at; says nothing. */
export class KeptLog implements Log {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[] = [];

  info(): void {
    // Nothing to look at.
  }

  warn(fields: object, message: string): void {
    this.lines.push({ level: 'warn', fields, message });
  }

  error(fields: object, message: string): void {
    this.lines.push({ level: 'error', fields, message });
  }
}

/** A real store of its own, and a relay that the test moves by hand. */
export interface TestStore {
  readonly store: OpenedEventStore;
  /** Numbers what is new and hands it to `publish`, oldest first, then forgets it. */
  relay(publish: (entries: readonly OutboxEntry[]) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Opens a migrated store in a fresh database. */
export async function openTestStore(): Promise<TestStore> {
  const database = await createTestDatabase();
  await migrate({ ownerUrl: database.url });
  const store = await openEventStore({ url: database.url });
  return {
    store,
    relay: async (publish) => {
      await eventually('the lead', () => store.outbox.tryLead(() => undefined)); // Anew, when it was silent for long.
      for (;;) {
        const entries = await store.outbox.next(100);
        if (entries.length === 0) break;
        await publish(entries);
        await store.outbox.remove(entries);
      }
      store.wakeups.wake(SEQUENCED_CHANNEL);
    },
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
}
