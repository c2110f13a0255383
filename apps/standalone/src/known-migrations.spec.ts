import { KNOWN_MIGRATIONS } from '@caisson/admin';
import { expect, it } from 'vitest';
import { SERVICES } from './standalone.js';

it('are the same for operators as for the services', () => {
  const namesOf = (classes: readonly (new () => { readonly name?: string })[]) =>
    [...new Set(classes.map((Migration) => new Migration().name))].toSorted();
  expect(namesOf(KNOWN_MIGRATIONS)).toEqual(namesOf(SERVICES.flatMap(({ migrations }) => migrations)));
});
