import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'rolldown/utils';

// Lets Node run the sources as the test runner does: decorators with their metadata, and `./x.ts` for `./x.js`.

const OPTIONS = {
  decorator: { legacy: true, emitDecoratorMetadata: true },
  helpers: { mode: 'External' },
} as const;

type Decorator = (target: object, key?: string | symbol, third?: PropertyDescriptor | number) => unknown;

/** What the transformed code calls; the same as TypeScript's own helpers do. */
const helpers = {
  decorate(decorators: readonly Decorator[], target: object, key?: string | symbol, third?: null): unknown {
    const described = third === null && key !== undefined ? Object.getOwnPropertyDescriptor(target, key) : undefined;
    let result: unknown = key === undefined ? target : described;
    for (const decorator of decorators.toReversed()) {
      result = (key === undefined ? decorator(result as object) : decorator(target, key, described)) ?? result;
    }
    if (key !== undefined && result !== undefined) Object.defineProperty(target, key, result as PropertyDescriptor);
    return result;
  },
  decorateMetadata(key: string, value: unknown): unknown {
    return (Reflect as unknown as { metadata(key: string, value: unknown): unknown }).metadata(key, value);
  },
  decorateParam(index: number, decorator: Decorator): Decorator {
    return (target, key) => decorator(target, key, index);
  },
};
Object.assign(globalThis, { babelHelpers: helpers });

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (!specifier.endsWith('.js')) throw error;
      return next(`${specifier.slice(0, -3)}.ts`, context);
    }
  },
  load(url, context, next) {
    if (!url.endsWith('.ts')) return next(url, context);
    const path = fileURLToPath(url);
    const { code, errors } = transformSync(path, readFileSync(path, 'utf8'), OPTIONS);
    if (errors.length > 0) throw new Error(`${path}: ${errors.map(({ message }) => message).join('; ')}`);
    return { format: 'module', source: code, shortCircuit: true };
  },
});
