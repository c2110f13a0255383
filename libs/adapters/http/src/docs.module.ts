import { Controller, Get, Header, Inject, Module, Param, StreamableFile, type DynamicModule } from '@nestjs/common';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { AsyncApiDocument, ProblemCatalog } from '@caisson/contracts';
import { edgeProblem } from './edge-problems.js';
import type { OpenApiDocument } from './open-api.js';

/** What the documentation pages show. */
export interface DocsOptions {
  readonly document: OpenApiDocument;
  /** What is published on Kafka. */
  readonly events: AsyncApiDocument;
  /** Every code that the operations can answer. */
  readonly problems: ProblemCatalog;
}

const OPTIONS = Symbol('docs options');
const CONTENT_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";
const ONE_HOUR = 'public, max-age=3600';

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const START_SCRIPT = `window.addEventListener('load', () => {
  SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#ui', deepLinking: true, validatorUrl: null });
});
`;

/**
 * Serves the OpenAPI document, a page to read and try it, the AsyncAPI document and the list of problem codes.
 * Everything from this server.
 */
@Controller()
export class DocsController {
  constructor(@Inject(OPTIONS) private readonly options: DocsOptions) {}

  @Get('api/v1/openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  document(): OpenApiDocument {
    return this.options.document;
  }

  @Get(['asyncapi.json', 'api/v1/asyncapi.json'])
  @Header('content-type', 'application/json; charset=utf-8')
  events(): AsyncApiDocument {
    return this.options.events;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', CONTENT_POLICY)
  page(): string {
    return html(
      'Caisson API',
      link('stylesheet', 'swagger-ui.css') + link('icon', 'favicon-32x32.png'),
      `<div id="ui"></div>${script('/docs/assets/swagger-ui-bundle.js')}${script('/docs/start.js')}`,
    );
  }

  @Get('docs/start.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  @Header('cache-control', ONE_HOUR)
  startScript(): string {
    return START_SCRIPT;
  }

  @Get('docs/assets/:name')
  @Header('cache-control', ONE_HOUR)
  async asset(@Param('name') name: string): Promise<StreamableFile> {
    const type = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
    if (type === undefined) throw edgeProblem('not-found', 'The page /docs names the files there are.');
    const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
    return new StreamableFile(await readFile(join(folder, name)), { type });
  }

  @Get('docs/errors')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', CONTENT_POLICY)
  errors(): string {
    const rows = Object.entries(this.options.problems)
      .sort(([left], [right]) => left.localeCompare(right))
      .map(
        ([code, { status, title }]) =>
          `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>`,
      );
    const head = '<tr><th>Code</th><th>Status</th><th>Meaning</th></tr>';
    return html('Caisson: problem codes', '', `<h1>Problem codes</h1><table>${head}${rows.join('')}</table>`);
  }
}

/** Adds `/api/v1/openapi.json`, `/asyncapi.json`, `/docs` and `/docs/errors` to an application. */
@Module({})
export class DocsModule {
  static register(options: DocsOptions): DynamicModule {
    return {
      module: DocsModule,
      controllers: [DocsController],
      providers: [{ provide: OPTIONS, useValue: options }],
    };
  }
}

function link(relation: string, name: string): string {
  return `<link rel="${relation}" href="/docs/assets/${name}">`;
}

function script(source: string): string {
  return `<script src="${source}"></script>`;
}

function html(title: string, head: string, body: string): string {
  const meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">';
  return `<!doctype html><html lang="en"><head>${meta}<title>${title}</title>${head}</head><body>${body}</body></html>`;
}
