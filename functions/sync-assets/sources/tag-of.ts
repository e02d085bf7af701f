import { md5Of, partBytes, tagOfParts, tagOfWhole } from '../../../shared/sites/content-tag.ts';
import { inParts } from '../../../shared/sites/parts.ts';
import type { Content } from './source.ts';

/** The tag that S3 would give a content, once we have written it. */
export async function tagOfContent(content: Content): Promise<string> {
  if (content instanceof Uint8Array) return tagOfWhole(content);
  const room = Buffer.allocUnsafe(partBytes);
  const md5s: Buffer[] = [];
  for await (const part of inParts(content, () => room)) md5s.push(md5Of(part));
  return tagOfParts(md5s);
}
