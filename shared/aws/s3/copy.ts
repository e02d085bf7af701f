/** Copies within S3, without a byte that comes through us. */
import { persist } from '../persist.ts';
import { type CopyOrder, etagIn, sourceHeaders } from './copy-source.ts';
import { copyInParts } from './large-copy.ts';
import { httpHeadersOf } from './object-headers.ts';
import type { S3 } from './s3.ts';

/** API reference, CopyObject: larger ones are copied in parts. */
const mostBytesAtOnce = 5 * 1024 ** 3;

export async function copyObject(place: S3, order: CopyOrder): Promise<{ etag: string }> {
  if (order.size > mostBytesAtOnce) return copyInParts(place, order);
  const { bucket, key } = order.to;
  const request = {
    method: 'PUT' as const,
    bucket,
    key,
    headers: {
      ...httpHeadersOf(order.headers ?? {}),
      ...sourceHeaders(order),
      'X-Amz-Metadata-Directive': 'REPLACE',
      ...(!isItself(order) && { 'X-Amz-Tagging-Directive': 'REPLACE' }),
    },
  };
  return persist(async () => {
    const { body } = await place.s3.send(request);
    return { etag: etagIn(body, 'CopyObjectResult', `s3://${bucket}/${key}`) };
  }, place.patience);
}

/** Then it keeps the tags that a person gave it. Those of another object, which take a right to read, say nothing of this. */
const isItself = ({ from, to }: CopyOrder): boolean => from.bucket === to.bucket && from.key === to.key;
