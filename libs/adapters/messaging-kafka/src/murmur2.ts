const SEED = 0x9747b28c;
const FACTOR = 0x5bd1e995;

/**
 * The hash by which Kafka clients spread keys over partitions, as a signed number of 32 bits. kafkajs computes the same
 * with big integers, which takes ten times as long and is then most of what publishing costs.
 *
 * Source: Austin Appleby, MurmurHash2, 2008, with the seed of `org.apache.kafka.common.utils.Utils.murmur2`.
 */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const rest = length % 4;
  const words = length - rest;
  let hash = SEED ^ length;
  for (let at = 0; at < words; at += 4) {
    let word = Math.imul(view.getInt32(at, true), FACTOR);
    word ^= word >>> 24;
    hash = Math.imul(hash, FACTOR) ^ Math.imul(word, FACTOR);
  }
  if (rest > 0) {
    for (let at = length - 1; at >= words; at -= 1) hash ^= view.getUint8(at) << (8 * (at - words));
    hash = Math.imul(hash, FACTOR);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, FACTOR);
  return hash ^ (hash >>> 15);
}
