import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const TAG_LENGTH = 22; // 132 bits of base64url.

/**
 * Gives the JSON answers to reads an entity tag, and answers 304 without a body to who has that state already (RFC
 * 9110, section 13.1.2). Things with a version keep it as their tag; others are named by their content.
 */
export function answerNotModified(fastify: FastifyInstance): void {
  fastify.addHook('onSend', async (request, reply, payload) => {
    if (!isTaggable(request, reply) || typeof payload !== 'string') return payload;
    const given = reply.getHeader('etag');
    const tag = typeof given === 'string' ? given : tagOf(payload);
    void reply.header('etag', tag);
    if (!names(request.headers['if-none-match'], tag)) return payload;
    void reply.status(304).removeHeader('content-type').removeHeader('content-length');
    return null;
  });
}

function isTaggable({ method }: FastifyRequest, reply: FastifyReply): boolean {
  const type = String(reply.getHeader('content-type'));
  return (method === 'GET' || method === 'HEAD') && reply.statusCode === 200 && type.startsWith('application/json');
}

function tagOf(payload: string): string {
  return `"${createHash('sha256').update(payload).digest('base64url').slice(0, TAG_LENGTH)}"`;
}

/** Compared weakly, as the standard wants it for reads. */
function names(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((given) => given.trim().replace(/^W\//, '') === tag);
}
