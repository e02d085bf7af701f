/** Copies within S3, without a byte that comes through us. */
import { natureOf } from '../errors.ts';
import { persist } from '../persist.ts';
import { type CopyOrder, etagIn, sourceHeaders } from './copy-source.ts';
import { copyInParts } from './large-copy.ts';
import { httpHeadersOf, objectInfo } from './object-headers.ts';
import type { S3 } from './s3.ts';
import { readTagging } from './tags.ts';

/** API reference, CopyObject: larger ones are copied in parts. */
const mostBytesAtOnce = 5 * 1024 ** 3;

/** A copy onto itself changes the headers alone: the object keeps the tags that a person gave it. */
export async function copyObject(place: S3, order: CopyOrder): Promise<{ etag: string }> {
  const isItself = order.from.bucket === order.to.bucket && order.from.key === order.to.key;
  if (order.size > mostBytesAtOnce) {
    const tagging = isItself ? await readTagging(place, order.from) : undefined;
    return copyInParts(place, { ...order, headers: { ...order.headers, tagging } });
  }
  const { bucket, key } = order.to;
  const request = {
    method: 'PUT' as const,
    bucket,
    key,
    headers: {
      ...httpHeadersOf(order.headers ?? {}),
      ...sourceHeaders(order),
      'X-Amz-Metadata-Directive': 'REPLACE',
      // Those of another object, which take a right to read, say nothing of this.
      ...(!isItself && { 'X-Amz-Tagging-Directive': 'REPLACE' }),
    },
  };
  const copy = async () => {
    const { body } = await place.s3.send(request);
    return { etag: etagIn(body, 'CopyObjectResult', `s3://${bucket}/${key}`) };
  };
  return persist<{ etag: string }>(
    copy,
    place.patience,
    isItself ? { find: () => changed(place, order) } : {},
  );
}

/**
 * The object, if it has the headers by now: of one that came in parts, or under KMS, the copy has another ETag, so
 * that a copy whose answer was lost makes the next one fail.
 */
async function changed(
  { s3, patience }: S3,
  { to: { bucket, key }, fromEtag, headers = {}, size }: CopyOrder,
): Promise<{ etag: string } | undefined> {
  try {
    const answer = await persist(() => s3.send({ method: 'HEAD', bucket, key }), patience);
    const info = objectInfo(answer.headers, `s3://${bucket}/${key}`);
    // S3 says of the usual storage class nothing.
    const wanted = Object.entries(httpHeadersOf(headers));
    const hasAll = wanted.every(
      ([name, value]) => (answer.headers[name.toLowerCase()] ?? 'STANDARD') === value,
    );
    return hasAll && info.size === size && info.etag !== fromEtag ? { etag: info.etag } : undefined;
  } catch (error) {
    if (natureOf(error) === 'absent') return undefined;
    throw error;
  }
}
