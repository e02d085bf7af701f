import { md5Of, partBytes, tagOfParts, tagOfWhole } from '../../../shared/sites/content-tag.ts';
import type { Content } from './source.ts';

/** The tag that S3 would give a content, once we have written it. */
export async function tagOfContent(content: Content): Promise<string> {
  if (content instanceof Uint8Array) return tagOfWhole(content);
  const md5s: Buffer[] = [];
  for await (const part of inParts(content)) md5s.push(md5Of(part));
  return tagOfParts(md5s);
}

/** Pieces of any length as parts of `partBytes`, the last one shorter. */
async function* inParts(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const part = Buffer.allocUnsafe(partBytes);
  let filled = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const some = piece.subarray(at, at + partBytes - filled);
      part.set(some, filled);
      at += some.length;
      filled += some.length;
      if (filled === partBytes) {
        yield part;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}
