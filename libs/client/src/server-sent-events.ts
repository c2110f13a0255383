/** One block of a stream of server-sent events. Empty for a comment: a sign of life. */
export interface StreamBlock {
  /** Where the stream is after it. Counts without data too, which is why no parser from elsewhere is used. */
  readonly id?: string;
  readonly data?: string;
  readonly retryMs?: number;
}

/** Characters of one block; a larger one is no event of Caisson. */
const BLOCK_CHARACTERS_MAX = 8_000_000;

const LINE_END = /\r\n|\n|\r/;

/**
 * Reads the blocks of a stream as they come.
 *
 * Source: HTML Living Standard, 9.2.6, "Interpreting an event stream".
 */
export async function* readBlocks(text: AsyncIterable<string>): AsyncGenerator<StreamBlock, void> {
  let rest = '';
  for await (const part of text) {
    const blocks = (rest + part).split(/\r\n\r\n|\n\n|\r\r/);
    rest = blocks.pop() ?? '';
    if (rest.length > BLOCK_CHARACTERS_MAX) throw new Error('The stream has a block that is too long for an event.');
    for (const block of blocks) yield readBlock(block);
  }
}

function readBlock(block: string): StreamBlock {
  const fields = block.split(LINE_END).map((line) => /^([^:]*)(?:: ?(.*))?$/.exec(line));
  const valuesOf = (name: string): readonly string[] =>
    fields.flatMap((field) => (field?.[1] === name ? [field[2] ?? ''] : []));
  const [id, data, retry] = [valuesOf('id').at(-1), valuesOf('data'), valuesOf('retry').at(-1)];
  return {
    ...(id === undefined ? {} : { id }),
    ...(data.length === 0 ? {} : { data: data.join('\n') }),
    ...(retry === undefined || !/^\d+$/.test(retry) ? {} : { retryMs: Number(retry) }),
  };
}
