import { edgeProblem } from './edge-problems.js';

const STRONG_TAG = /^"(\d{1,15})"$/;

/** The strong entity tag of a version (RFC 9110, section 8.8.3). */
export function entityTagOf(version: number): string {
  return `"${version}"`;
}

/**
 * The version that an `If-Match` header names.
 *
 * @throws HttpProblem 428 `precondition-required` without the header, 412 `precondition-failed` for a tag that is none
 *   of ours; `*` is refused too, since it names no version.
 */
export function versionFromIfMatch(header: string | undefined): number {
  if (header === undefined) {
    throw edgeProblem(
      'precondition-required',
      'Read it first and send its ETag as If-Match, so that no change is lost.',
    );
  }
  const version = STRONG_TAG.exec(header.trim())?.[1];
  if (version === undefined) {
    throw edgeProblem(
      'precondition-failed',
      'If-Match names no version. Read it and send its ETag with its quotes, such as "3"; * and W/"3" name none.',
    );
  }
  return Number(version);
}
