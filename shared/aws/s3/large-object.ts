/** Uploads in parts of what is too large for one piece. */
import { crc32 } from 'node:zlib';
import { md5Of, partBytes, tagOfParts } from '../../sites/content-tag.ts';
import { persist } from '../persist.ts';
import { present } from './client.ts';
import { completeUpload, type Upload, withUpload } from './multipart.ts';
import { unquoted } from './object-headers.ts';
import type { ObjectHeaders, ObjectName, S3 } from './s3.ts';

/** So many parts are on their way at a time: some 80 MiB of memory, with the next one, and enough for a Lambda's network. */
const partsAtOnce = 4;

export interface LargeObject {
  etag: string;
  /** Of the content, as `content-tag.ts` has it. */
  tag: string;
  crc32: number;
  size: number;
}

/** Uploads content in parts of `partBytes`, each proven by its MD5. Parts of one that failed are freed. */
export function putLargeObject(
  place: S3,
  name: ObjectName,
  content: AsyncIterable<Uint8Array>,
  { headers }: { headers?: ObjectHeaders } = {},
): Promise<LargeObject> {
  return withUpload(place, name, headers, async (upload) => {
    const { parts, ...known } = await putParts(place, upload, content);
    const tag = tagOfParts(parts.map(({ md5 }) => md5));
    const etags = parts.map((part) => part.etag);
    const { etag } = await completeUpload(place, upload, etags, tag);
    return { etag, tag, ...known };
  });
}

interface Part {
  etag: string;
  md5: Uint8Array;
}

async function putParts(place: S3, upload: Upload, content: AsyncIterable<Uint8Array>) {
  const parts: Part[] = [];
  const underWay = new Set<Promise<void>>();
  let failed: { error: unknown } | undefined;
  let checksum = 0;
  let size = 0;
  try {
    for await (const bytes of inParts(content)) {
      checksum = crc32(bytes, checksum);
      size += bytes.length;
      const part = { etag: '', md5: md5Of(bytes) };
      const number = parts.push(part);
      const sending: Promise<void> = putPart(place, upload, number, bytes, part.md5)
        .then((etag) => {
          part.etag = etag;
        })
        .catch((error: unknown) => {
          failed ??= { error };
        })
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
      if (underWay.size >= partsAtOnce) await Promise.race(underWay);
      if (failed) break;
    }
  } finally {
    // Also where the content broke off: a part that arrives after its upload was aborted would stay.
    await Promise.all(underWay);
  }
  if (failed) throw failed.error;
  return { parts, crc32: checksum, size };
}

/** Pieces of any size as parts of one. */
async function* inParts(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (let piece of content) {
    while (length + piece.length >= partBytes) {
      const fits = partBytes - length;
      yield joined([...pieces, piece.subarray(0, fits)]);
      piece = piece.subarray(fits);
      pieces = [];
      length = 0;
    }
    if (piece.length > 0) {
      pieces.push(piece);
      length += piece.length;
    }
  }
  if (length > 0) yield joined(pieces);
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array =>
  pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);

async function putPart(
  { s3, patience }: S3,
  { bucket, key, uploadId }: Upload,
  number: number,
  body: Uint8Array,
  md5: Uint8Array,
): Promise<string> {
  const query = { partNumber: String(number), uploadId };
  const headers = { 'Content-MD5': Buffer.from(md5).toString('base64') };
  return persist(async () => {
    const answer = await s3.send({ method: 'PUT', bucket, key, query, headers, body });
    return unquoted(present(answer.headers['etag'], 'ETag', `s3://${bucket}/${key}`));
  }, patience);
}
