import { RequestMethod, type Type } from '@nestjs/common';
import { Problem } from '@caisson/contracts';
import { invariant } from '@caisson/kernel';
import { z } from 'zod';
import { OpenApiSchemas, type JsonSchema } from './open-api-schemas.js';
import { operationOf, type OperationOptions } from './operation.js';
import { routeArgumentsOf, type RouteArguments } from './route-arguments.js';

/** An OpenAPI 3.1 document. */
export type OpenApiDocument = Readonly<Record<string, unknown>>;

/** What to describe. */
export interface OpenApiSource {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly controllers: readonly Type[];
  /** Schemas with a name of their own; others are named after their operation. */
  readonly schemas: Readonly<Record<string, z.ZodType>>;
}

/** One handler with all that its decorators say. */
interface DescribedRoute {
  readonly id: string;
  readonly tag: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly operation: OperationOptions;
  readonly read: RouteArguments;
}

const REFUSALS = '#/components/responses/Problem';

const PROBLEM_TEXTS: Readonly<Record<number, string>> = {
  400: 'The request does not have the right shape.',
  401: 'No valid access token.',
  403: 'The role does not allow this.',
  404: 'There is no such thing, or it is not yours.',
  409: 'The state does not allow this; the legal commands are named.',
  412: 'It has changed since it was read.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  422: 'Understood, and cannot be followed; the fields are named.',
  428: 'If-Match is missing.',
  500: 'A defect of Caisson.',
  503: 'Away for the moment; try again after Retry-After.',
};

/** Writes the document of some controllers from their routes, their schemas and their `Operation`s. */
export function openApiOf(source: OpenApiSource): OpenApiDocument {
  const routes = source.controllers.flatMap((controller) => routesOf(controller));
  const schemas = new OpenApiSchemas({ ...source.schemas, Problem });
  const paths: Record<string, Record<string, unknown>> = {};
  const ids = new Set<string>();
  for (const route of routes) {
    invariant(!ids.has(route.id), `two operations are called ${route.id}`);
    ids.add(route.id);
    const path = route.path.replaceAll(/:([A-Za-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: describe(route, schemas) };
  }
  const problems = refusals(routes, schemas);
  return {
    openapi: '3.1.1',
    info: { title: source.title, version: source.version, description: source.description },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      responses: problems,
      schemas: schemas.components(),
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function routesOf(controller: Type): readonly DescribedRoute[] {
  const base = String(Reflect.getMetadata('path', controller));
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    const operation = typeof handler === 'function' ? operationOf(handler) : undefined;
    if (typeof handler !== 'function' || operation === undefined) return [];
    const method = RequestMethod[Reflect.getMetadata('method', handler) as number] ?? '';
    const status = Reflect.getMetadata('__httpCode__', handler) as number | undefined;
    const path = String(Reflect.getMetadata('path', handler));
    return {
      id: name,
      tag: base.split('/').at(-1) ?? base,
      method: method.toLowerCase(),
      path: `/${[base, path]
        .map((part) => part.replaceAll(/^\/|\/$/g, ''))
        .filter(Boolean)
        .join('/')}`,
      status: status ?? (method === 'POST' ? 201 : 200),
      operation,
      read: routeArgumentsOf(controller, name),
    };
  });
}

function describe(route: DescribedRoute, schemas: OpenApiSchemas): Record<string, unknown> {
  const { operation, read } = route;
  const parameters = [...pathParameters(read), ...queryParameters(read), ...headerParameters(operation)];
  return {
    operationId: route.id,
    summary: operation.summary,
    tags: [route.tag],
    security: operation.access === 'public' ? [] : [{ accessToken: [] }],
    ...(operation.access.includes(':') ? { 'x-permission': operation.access } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(read.body === undefined ? {} : { requestBody: requestBody(read.body, route.id, schemas) }),
    responses: {
      [route.status]: success(route, schemas),
      ...Object.fromEntries(refusalsOf(route).map((status) => [status, { $ref: `${REFUSALS}${status}` }])),
    },
  };
}

function requestBody(schema: z.ZodType, id: string, schemas: OpenApiSchemas): Record<string, unknown> {
  return {
    required: !schema.safeParse(undefined).success,
    content: { 'application/json': { schema: schemas.input(schema, `${id}Request`) } },
  };
}

function success(route: DescribedRoute, schemas: OpenApiSchemas): Record<string, unknown> {
  const { answer, answerHeaders, answerMediaType = 'application/json', summary } = route.operation;
  const headers = Object.entries(answerHeaders ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return {
    description: summary,
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) as unknown }),
    ...(answer === undefined
      ? {}
      : { content: { [answerMediaType]: { schema: schemas.output(answer, `${route.id}Answer`) } } }),
  };
}

function refusals(routes: readonly DescribedRoute[], schemas: OpenApiSchemas): Record<string, unknown> {
  const schema = schemas.output(Problem, 'Problem');
  const statuses = [...new Set(routes.flatMap(refusalsOf))].sort((left, right) => left - right);
  return Object.fromEntries(
    statuses.map((status) => [
      `Problem${status}`,
      { description: PROBLEM_TEXTS[status] ?? 'Refused.', content: { 'application/problem+json': { schema } } },
    ]),
  );
}

/** The statuses that follow from the shape of the operation, and those it names itself. */
function refusalsOf({ operation, read }: DescribedRoute): readonly number[] {
  const statuses = [
    400,
    ...(operation.access === 'public' ? [] : [401]),
    ...(operation.access.includes(':') ? [403] : []),
    ...(read.params.size > 0 ? [404] : []),
    ...(read.body === undefined ? [] : [413, 415]),
    ...(operation.refusals ?? []),
    500,
    503,
  ];
  return [...new Set(statuses)].sort((left, right) => left - right);
}

function pathParameters(read: RouteArguments): readonly JsonSchema[] {
  return [...read.params].map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    schema: schema === undefined ? { type: 'string' } : plain(schema),
  }));
}

function queryParameters(read: RouteArguments): readonly JsonSchema[] {
  if (read.query === undefined) return [];
  const { properties = {}, required = [] } = plain(read.query) as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function headerParameters(operation: OperationOptions): readonly JsonSchema[] {
  return Object.entries(operation.requestHeaders ?? {}).map(([name, { required, description }]) => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string' },
  }));
}

function plain(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return rest;
}
