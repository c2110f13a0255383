import {
  PriceBook,
  PriceBookResource,
  PROBLEMS_MAX,
  TypeTable,
  TypeTableResource,
  type PlanningTableName,
} from '@caisson/contracts';
import { AccessGuard, CalledBy, entityTagOf, Operation, versionFromIfMatch, type Caller } from '@caisson/http';
import type { EngineMention, FoundTable } from '@caisson/planning';
import { Body, Controller, Get, Headers, Injectable, Param, Put, Res, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { ReplaceTableCommand } from '../commands/planning-commands.js';
import { FindTable, FindUnknownEngines } from '../queries/table-queries.js';
import { apiProblem } from './api-problems.js';
import { commandContextOf } from './command-context.js';
import { found } from './found.js';
import { Version } from './path-parameters.js';

const read = { access: 'deployment:read', answerHeaders: { ETag: 'The version, for If-Match.' } } as const;
const readVersion = { ...read, problems: ['table-version-not-found'] } as const;
const replace = {
  access: 'system:admin',
  answerHeaders: read.answerHeaders,
  ifMatch: 'required',
  problems: ['table-version-conflict'],
} as const;

const TYPE_TABLE_EXAMPLE = {
  types: { network: { priority: 1, durationMs: 20_000 }, server: { priority: 2, durationMs: 45_000 } },
  otherwise: { priority: 100, durationMs: 30_000 },
  mappings: [{ type: 'server', provider: 'aws', engine: 'terraform', engineType: 'aws_instance' }],
  engineTypes: [],
  defaults: [],
  risk: {
    points: { production: 30, severalProviders: 20, manySteps: 20, losesData: 40, irreversible: 40 },
    stepsMax: 10,
    mediumFrom: 30,
    highFrom: 60,
  },
};

const PRICE_BOOK_EXAMPLE = {
  currency: 'EUR',
  types: { network: 0, server: 40 },
  otherwise: 10,
  providers: [{ type: 'server', provider: 'aws', costPerMonth: 55 }],
  engineTypes: [],
};

/** What is done with either table. */
@Injectable()
export class PlanningTables {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** @throws HttpProblem 404 for a version that was never made. */
  async read(
    { caller, table }: { readonly caller: Caller; readonly table: PlanningTableName },
    reply: FastifyReply,
    version?: number,
  ): Promise<FoundTable> {
    const stored = await this.queries.execute(new FindTable(caller.tenantId, table, version));
    const read = found(stored, 'table-version-not-found', 'Read the newest one: it says its number.');
    void reply.header('etag', entityTagOf(read.version));
    return read;
  }

  /** @throws HttpProblem 412 when the table is not the one that was read; 422 when it names an unknown engine. */
  async replace(
    asked: {
      readonly caller: Caller;
      readonly table: PlanningTableName;
      readonly content: TypeTable | PriceBook;
      readonly ifMatch: string | undefined;
    },
    reply: FastifyReply,
  ): Promise<FoundTable> {
    const { caller, content, ifMatch, table } = asked;
    const unknown = await this.queries.execute(new FindUnknownEngines(caller.tenantId, table, content));
    if (unknown.length > 0) throw unknownEngines(unknown);
    const input = { table, content, ifVersion: versionFromIfMatch(ifMatch), context: commandContextOf(caller) };
    const handled = await this.commands.execute(new ReplaceTableCommand(input));
    if (handled.outcome === 'accepted') return this.read({ caller, table }, reply);
    throw apiProblem('table-version-conflict', {
      detail: 'Read it again, make the change anew, and send the new ETag as If-Match.',
      headers: { etag: entityTagOf(handled.rejection.actual) },
      members: { version: handled.rejection.actual },
    });
  }
}

function unknownEngines(mentions: readonly EngineMention[]): Error {
  return apiProblem('unprocessable-request', {
    detail: 'No such engine is installed. Correct the places named in errors. Nothing was changed.',
    errors: mentions
      .slice(0, PROBLEMS_MAX)
      .map(({ engine, pointer }) => ({ pointer, detail: `the planner has no engine "${engine}"` })),
  });
}

/** The type table: types, durations, order, engines, defaults and the rules of risk. */
@UseGuards(AccessGuard)
@Controller('api/v1/type-table')
export class TypeTableController {
  constructor(private readonly tables: PlanningTables) {}

  @Get()
  @Operation({ summary: 'Read the type table', answer: TypeTableResource, ...read })
  readTypeTable(@CalledBy() caller: Caller, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    return this.tables.read({ caller, table: 'type-table' }, reply);
  }

  @Get('versions/:version')
  @Operation({ summary: 'Read a version of the type table', answer: TypeTableResource, ...readVersion })
  readTypeTableVersion(
    @Param('version', { schema: Version }) version: number,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.tables.read({ caller, table: 'type-table' }, reply, version);
  }

  @Put()
  @Operation({
    summary: 'Replace the type table by a new version',
    answer: TypeTableResource,
    example: TYPE_TABLE_EXAMPLE,
    ...replace,
  })
  replaceTypeTable(
    @Body({ schema: TypeTable }) content: TypeTable,
    @Headers('if-match') ifMatch: string | undefined,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.tables.replace({ caller, table: 'type-table', content, ifMatch }, reply);
  }
}

/** The price book: what things cost per month. */
@UseGuards(AccessGuard)
@Controller('api/v1/price-book')
export class PriceBookController {
  constructor(private readonly tables: PlanningTables) {}

  @Get()
  @Operation({ summary: 'Read the price book', answer: PriceBookResource, ...read })
  readPriceBook(@CalledBy() caller: Caller, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    return this.tables.read({ caller, table: 'price-book' }, reply);
  }

  @Get('versions/:version')
  @Operation({ summary: 'Read a version of the price book', answer: PriceBookResource, ...readVersion })
  readPriceBookVersion(
    @Param('version', { schema: Version }) version: number,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.tables.read({ caller, table: 'price-book' }, reply, version);
  }

  @Put()
  @Operation({
    summary: 'Replace the price book by a new version',
    answer: PriceBookResource,
    example: PRICE_BOOK_EXAMPLE,
    ...replace,
  })
  replacePriceBook(
    @Body({ schema: PriceBook }) content: PriceBook,
    @Headers('if-match') ifMatch: string | undefined,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.tables.replace({ caller, table: 'price-book', content, ifMatch }, reply);
  }
}
