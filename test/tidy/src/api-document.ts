import { createConfig, lintFromString, type NormalizedProblem } from '@redocly/openapi-core';
import { describeApi } from '@caisson/api';
import openapiTS, { astToString } from 'openapi-typescript';
import prettier from 'prettier';
import ts from 'typescript';

/** Rules of Redocly that say something of another kind of product, each with the reason why it does not hold here. */
const SWITCHED_OFF = {
  'info-license': 'off', // The product's licence is not one of its API.
  'no-empty-servers': 'off', // The document is served by the installation itself: `/`.
} as const;

const UNKNOWN = ts.factory.createKeywordTypeNode(ts.SyntaxKind.UnknownKeyword);

/** The document of the API as the code describes it, as the file `docs/reference/openapi.json` holds it. */
export function apiDocumentText(): string {
  return `${JSON.stringify(describeApi(), undefined, 2)}\n`;
}

/** What the linter says against the document. */
export async function lintApiDocument(text: string): Promise<readonly string[]> {
  const config = await createConfig({ extends: ['recommended-strict'], rules: SWITCHED_OFF });
  const problems = await lintFromString({ source: text, absoluteRef: 'openapi.json', config });
  return problems.map(shown);
}

function shown({ location, message, ruleId }: NormalizedProblem): string {
  return `${ruleId} ${location[0]?.pointer ?? ''}: ${message}`;
}

/** The types of the client, as the file `libs/client/src/openapi-types.ts` holds them. */
export async function clientTypesText(document: string): Promise<string> {
  const nodes = await openapiTS(document, {
    defaultNonNullable: false, // What has a default need not be sent.
    // TypeScript has no type for a union that contains itself, such as any JSON.
    transform: (schema, { path = '' }) => (JSON.stringify(schema).includes(`"${path}"`) ? UNKNOWN : undefined),
  });
  const head = '// Made from docs/reference/openapi.json; a test keeps them in step.\n\n';
  return prettier.format(head + astToString(nodes), { parser: 'typescript', singleQuote: true, printWidth: 120 });
}
