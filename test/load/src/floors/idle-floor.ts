import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { KafkaEventPublisher } from '@caisson/messaging-kafka'; // Ends kafkajs's idle wake-ups too.
import { Redis } from 'ioredis';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { z } from 'zod';

// FL15: loads what a service loads, opens the connections that a service opens, and does nothing.

const [port = '0', databaseUrl = '', brokers = '', redisUrl = ''] = process.argv.slice(2);
const CONNECTIONS = 4;

@Module({ imports: [CqrsModule.forRoot()] })
class FloorModule {}

const app = await NestFactory.create(FloorModule, new FastifyAdapter(), { logger: false });
await app.listen(Number(port), '127.0.0.1');

const clients = Array.from({ length: CONNECTIONS }, () => new pg.Client({ connectionString: databaseUrl }));
for (const client of clients) {
  await client.connect();
  await client.query('select 1');
}
await clients[0]?.query('listen idle_floor');
const dataSource = new DataSource({ type: 'postgres', url: databaseUrl, poolSize: 1 });
await dataSource.initialize();

const kafka = new kafkajs.Kafka({ clientId: 'floor', brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING });
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
await producer.connect();
const consumer = kafka.consumer({ groupId: `floor-${process.pid}`, maxWaitTimeInMs: 250 });
await consumer.connect();
await consumer.subscribe({ topics: ['caisson.deployment.events.v1', 'caisson.execution.events.v1'] });
await consumer.run({ eachMessage: () => Promise.resolve() });
const redis = new Redis(redisUrl);
await redis.ping();

/** Keeps what was loaded from being thought unused. */
export const LOADED: readonly unknown[] = [
  KafkaEventPublisher,
  pino({ level: 'silent' }),
  new Registry(),
  z.object({}),
];
process.send?.('idle');
