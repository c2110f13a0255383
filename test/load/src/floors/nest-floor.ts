import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

// FL14: the least that a service on Nest and Fastify can be. It listens on the port in its first argument.

@Controller()
class ReadyController {
  @Get('readyz')
  ready(): string {
    return 'ready';
  }
}

@Module({ controllers: [ReadyController] })
class FloorModule {}

const app = await NestFactory.create(FloorModule, new FastifyAdapter(), { logger: false });
await app.listen(Number(process.argv[2] ?? 0), '127.0.0.1');
