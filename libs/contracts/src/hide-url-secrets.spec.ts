import { describe, expect, it } from 'vitest';
import { hideUrlSecrets } from './hide-url-secrets.js';

describe('what people see of URLs', () => {
  it.each([
    ['https://mia:sesame@web/healthz', 'https://web/healthz'],
    ['curl http://token@web:8080/x -o y', 'curl http://web:8080/x -o y'],
    ['https://mia:${web.outputs.password}@web/', 'https://web/'],
    ['postgres://app:sesame@db:5432/shop?sslmode=off', 'postgres://db:5432/shop?sslmode=off'],
    ['git::ssh://git@example.com/x.git', 'git::ssh://git@example.com/x.git'],
    ['mail mia@example.com, or see https://example.com/@mia', 'mail mia@example.com, or see https://example.com/@mia'],
    ['http://${web.outputs.host}/x?y=1', 'http://${web.outputs.host}/x?y=1'],
  ])('%s', (text, shown) => {
    expect(hideUrlSecrets({ list: [text] })).toEqual({ list: [shown] });
  });

  it('is nothing of a query where a URL is meant', () => {
    const checks = [{ kind: 'http', url: 'http://u:p@${web.outputs.host}/x?token=sesame', expectStatus: 200 }];
    expect(hideUrlSecrets({ checks, url: 'http://x/#sesame', flag: null })).toEqual({
      checks: [{ kind: 'http', url: 'http://${web.outputs.host}/x?…', expectStatus: 200 }],
      url: 'http://x/?…',
      flag: null,
    });
  });
});
