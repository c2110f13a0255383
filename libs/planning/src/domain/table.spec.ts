import { digestOf } from '@caisson/kernel';
import { specFor } from '@caisson/testing';
import { describe, it } from 'vitest';
import { BUILT_IN_TABLES } from './planning-tables.js';
import { tableDecider } from './table.decide.js';
import type { TableEvent } from './table.events.js';

const { given } = specFor(tableDecider);
const { content } = BUILT_IN_TABLES.priceBook;
const dearer = { ...content, otherwise: 26 };
const replace = {
  type: 'ReplaceTable',
  table: 'price-book',
  content: dearer,
  ifVersion: 1,
  replacedBy: 'mia',
} as const;
const replaced: TableEvent = {
  ...{ type: 'TableReplaced', table: 'price-book', version: 2, digest: digestOf(dearer), content: dearer },
  replacedBy: 'mia',
};

describe('a table of the planner', () => {
  it('begins at version 1 and gets another one', () => {
    given().when(replace).then(replaced);
    given(replaced)
      .when({ ...replace, content, ifVersion: 2 })
      .then({ type: 'TableReplaced', version: 3, content });
  });

  it('is the same when the same comes again', () => {
    given(replaced).when(replace).then();
    given()
      .when({ ...replace, content })
      .then();
  });

  it('is not replaced unseen', () => {
    given(replaced)
      .when({ ...replace, content, ifVersion: 1 })
      .thenRejected({ code: 'table-version-conflict', actual: 2 });
  });
});
