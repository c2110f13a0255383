import { dirname, join } from 'node:path';
import ts from 'typescript';

/** Which files each file imports, as paths from one root. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** The imports of files of the same package; packages among each other are held to their layers elsewhere. */
export function importGraph(paths: readonly string[], read: (path: string) => string): ImportGraph {
  return new Map(
    paths.map((path) => [
      path,
      ts
        .preProcessFile(read(path), true, true)
        .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
        .map(({ fileName }) => join(dirname(path), fileName.replace(/\.js$/, '.ts'))),
    ]),
  );
}

/**
 * Paths of imports that lead back to where they began, as `a -> b -> a`; of entangled circles at least one.
 * O(files + imports).
 */
export function importCircles(graph: ImportGraph): readonly string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) circles.push([...trail.slice(start), path].join(' -> '));
    if (start >= 0 || done.has(path)) return;
    for (const imported of graph.get(path) ?? []) visit(imported, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return circles;
}
