import { describe, expect, it } from 'vitest';
import { API_PROBLEMS, EDGE_PROBLEMS, WEBHOOK_PROBLEMS, type ProblemCatalog } from './problem-types.js';

const PAGE = '../../../../docs/reference/errors.md';

function tableOf(catalog: ProblemCatalog): string {
  const rows = Object.entries(catalog)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([code, { status, title }]) => [`\`${code}\``, String(status), title]);
  const cells = [['Code', 'Status', 'What it says'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}

describe('problem codes', () => {
  it('are named in kebab case, once, and their titles are short sentences', () => {
    const all = [EDGE_PROBLEMS, API_PROBLEMS, WEBHOOK_PROBLEMS].flatMap((catalog) => Object.entries(catalog));
    expect(new Set(all.map(([code]) => code)).size).toBe(all.length);
    for (const [code, { status, title }] of all) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(title).toMatch(/^[A-Z][^.]{5,70}$/);
    }
  });

  it('are documented: the page follows from them (write it anew with `vitest -u`)', async () => {
    const page = `# Problem codes

Every answer that is not a success is \`application/problem+json\` (RFC 9457) with these members:

- \`type\`: where the code is explained; \`title\`, \`status\` and \`code\`: constant, \`code\` for programs;
- \`detail\`: what exactly, and what to do; \`errors\`: a list of \`{pointer, detail}\`, one for each place;
- \`instance\`: the address that was asked; \`requestId\`: the answer's \`X-Request-Id\`, also in logs and events;
- \`traceId\`, that of a \`traceparent\` that came in; and some of their own, such as \`state\` and \`allowed\`.

The API lists its codes at \`/docs/errors\` too.

## Any request

${tableOf(EDGE_PROBLEMS)}

## The API

${tableOf(API_PROBLEMS)}

## Webhooks

${tableOf(WEBHOOK_PROBLEMS)}
`;
    await expect(page).toMatchFileSnapshot(PAGE);
  });
});
