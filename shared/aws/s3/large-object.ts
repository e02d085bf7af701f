/** Uploads in parts of what is too large for one piece. */
import { crc32 } from 'node:zlib';
import { md5Of, partBytes, tagOfParts } from '../../sites/content-tag.ts';
import { inParts } from '../../sites/parts.ts';
import { persist } from '../persist.ts';
import { present } from './client.ts';
import { crcOfJoined, crcText, type Summed } from './crc32.ts';
import { completeUpload, type OwnUpload, withUpload } from './multipart.ts';
import { unquoted } from './object-headers.ts';
import type { ObjectHeaders, ObjectName, S3 } from './s3.ts';

/** So many parts are on their way at a time: some 80 MiB of memory, with the next one, and enough for a Lambda's network. */
const partsAtOnce = 4;

const checksumHeader = 'x-amz-checksum-crc32';

export interface LargeObject extends Summed {
  etag: string;
  /** Of the content, as `content-tag.ts` has it; '' where it is not known. */
  tag: string;
}

/**
 * Uploads content in parts of `partBytes`. Each is proven by its CRC-32, which takes a third of an MD5's time;
 * the MD5s for the tag are S3's, where it says that its ETags are such. Parts of one that failed are freed.
 */
export function putLargeObject(
  place: S3,
  name: ObjectName,
  content: AsyncIterable<Uint8Array>,
  { headers }: { headers?: ObjectHeaders } = {},
): Promise<LargeObject> {
  return withUpload(place, name, { headers, isSummed: true }, async (upload) => {
    const parts = await putParts(place, upload, content);
    const tag = tagOfParts(parts.map(({ md5 }) => md5));
    const { etag } = await completeUpload(place, upload, parts, tag);
    // S3 makes its ETag of those of the parts in the same way: if it did not, they were no MD5s either.
    const isKnown = etag === tag || !upload.hasMd5Etags;
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    return { etag, tag: isKnown ? tag : '', crc32: crcOfJoined(parts), size };
  });
}

interface Part extends Summed {
  etag: string;
  md5: Uint8Array;
}

async function putParts(place: S3, upload: OwnUpload, content: AsyncIterable<Uint8Array>): Promise<Part[]> {
  const parts: Part[] = [];
  const underWay = new Set<Promise<void>>();
  const free: Uint8Array[] = [];
  let failed: { error: unknown } | undefined;
  let count = 0;
  try {
    for await (const bytes of inParts(content, () => free.pop() ?? Buffer.allocUnsafe(partBytes))) {
      if (underWay.size >= partsAtOnce) await Promise.race(underWay);
      if (failed) break;
      const index = count++;
      const sending: Promise<void> = putPart(place, upload, index + 1, bytes)
        .then((part) => {
          parts[index] = part;
          free.push(bytes);
        })
        .catch((error: unknown) => {
          failed ??= { error };
        })
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
  } finally {
    // Also where the content broke off: a part that arrives after its upload was aborted would stay.
    await Promise.all(underWay);
  }
  if (failed) throw failed.error;
  return parts;
}

async function putPart(
  { s3, patience }: S3,
  { bucket, key, uploadId, hasMd5Etags }: OwnUpload,
  number: number,
  body: Uint8Array,
): Promise<Part> {
  const query = { partNumber: String(number), uploadId };
  const sum = crc32(body);
  const headers = { [checksumHeader]: crcText(sum) };
  const ownMd5 = hasMd5Etags ? undefined : md5Of(body);
  return persist(async () => {
    const answer = await s3.send({ method: 'PUT', bucket, key, query, headers, body });
    const what = `s3://${bucket}/${key}`;
    // API reference, UploadPart: S3 answers the checksum that it was sent, and checked.
    present(answer.headers[checksumHeader], checksumHeader, what);
    const etag = unquoted(present(answer.headers['etag'], 'ETag', what));
    return { etag, md5: ownMd5 ?? Buffer.from(etag, 'hex'), crc32: sum, size: body.length };
  }, patience);
}
