/** Copies of more than 5 GiB, in parts. */
import pMap from 'p-map';
import { persist } from '../persist.ts';
import { type CopyOrder, etagIn, sourceHeaders } from './copy-source.ts';
import { completeUpload, type Upload, type UploadedPart, withUpload } from './multipart.ts';
import type { S3 } from './s3.ts';

/** Some 1,000 parts of 5 TiB, the largest object; 10,000 are allowed. */
const copyPartBytes = 5 * 1024 ** 3;
const partsAtOnce = 4;

export function copyInParts(place: S3, order: CopyOrder): Promise<{ etag: string }> {
  return withUpload(place, order.to, { headers: order.headers }, async (upload) => {
    const starts = Array.from(
      { length: Math.ceil(order.size / copyPartBytes) },
      (_, index) => index * copyPartBytes,
    );
    const parts = await pMap(starts, (start, index) => copyPart(place, { order, upload, start, index }), {
      concurrency: partsAtOnce,
    });
    return completeUpload(place, upload, parts);
  });
}

interface Part {
  order: CopyOrder;
  upload: Upload;
  start: number;
  index: number;
}

function copyPart({ s3, patience }: S3, { order, upload, start, index }: Part): Promise<UploadedPart> {
  const { bucket, key, uploadId } = upload;
  const end = Math.min(start + copyPartBytes, order.size) - 1;
  return persist(async () => {
    const { body } = await s3.send({
      method: 'PUT',
      bucket,
      key,
      query: { partNumber: String(index + 1), uploadId },
      headers: { ...sourceHeaders(order), 'X-Amz-Copy-Source-Range': `bytes=${start}-${end}` },
    });
    return { etag: etagIn(body, 'CopyPartResult', `s3://${bucket}/${key}`) };
  }, patience);
}
