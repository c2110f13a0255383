import { describe, expect, it } from 'vitest';
import { importCircles, importGraph } from './import-circles.js';
import { read, repositoryFiles } from './repository.js';

describe('files', () => {
  it('import each other in no circle', () => {
    const sources = repositoryFiles().filter((path) => /^(apps|libs|deploy|test)\/.*\.ts$/.test(path));
    const graph = importGraph(sources, read);
    expect([...graph.values()].flat().length).toBeGreaterThan(1_000);
    expect(importCircles(graph)).toEqual([]);
  });

  it('would be found if they did, types included', () => {
    const texts: Readonly<Record<string, string>> = {
      'a/one.ts': "import type { Two } from './two.js';\nexport type One = Two;",
      'a/two.ts': "export { three } from './deep/three.js';",
      'a/deep/three.ts': "import { one } from '../one.js';",
      'a/four.ts': "import './one.js';",
    };
    const graph = importGraph(Object.keys(texts), (path) => texts[path] ?? '');
    expect(importCircles(graph)).toEqual(['a/one.ts -> a/two.ts -> a/deep/three.ts -> a/one.ts']);
  });
});
