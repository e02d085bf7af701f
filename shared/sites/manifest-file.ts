/** The manifest as an object of the bucket: packed, and read row by row, never all at once. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import * as z from 'zod/mini';
import { ObservationError } from '../errors.ts';
import type { ManifestHead, ManifestRow } from './manifest.ts';

/** A manifest that was read: packed as it came, since a site may have 100,000 rows. */
export interface Manifest {
  head: ManifestHead;
  /** From the first on, each time anew. Throws where the manifest is cut short. */
  rows(): AsyncGenerator<ManifestRow>;
}

/** What is no manifest, or not the whole of one: nothing may be concluded from it. */
export class ManifestError extends ObservationError {
  override name = 'ManifestError';

  constructor(where: string, what: string, options?: ErrorOptions) {
    super(
      `${where} ${what}. If it was written by a later version of sync-assets, use that; else delete it and publish a ` +
        'release: the bucket is listed then, and what the release has not is left there',
      options,
    );
  }
}

const release = z.object({
  id: z.string(),
  name: z.string(),
  archive: z.optional(
    z.object({
      bucket: z.string(),
      key: z.string(),
      etag: z.string(),
      versionId: z.optional(z.string()),
    }),
  ),
  uploadedAt: z.string(),
  publishedAt: z.string(),
  publication: z.number(),
});
const headSchema = z.object({
  version: z.literal(1),
  site: z.string(),
  by: z.optional(z.string()),
  publication: z.number(),
  history: z.array(release),
  current: z.string(),
});

/** Key, size, tag, CRC-32, ETag (`0`: as the tag), digest of the headers, last publication, since when it is gone. */
const packRow = ({ key, size, tag, crc32, etag, headers, seen, goneSince }: ManifestRow): string =>
  JSON.stringify([
    key,
    size,
    tag,
    crc32 ?? null,
    etag === tag ? 0 : etag,
    headers,
    seen,
    ...(goneSince === undefined ? [] : [goneSince]),
  ]);

type PackedRow = [string, number, string, number | null, string | 0, string, number, string?];

function unpackRow([key, size, tag, crc32, etag, headers, seen, goneSince]: PackedRow): ManifestRow {
  const row = { key, size, tag, crc32: crc32 ?? undefined, etag: etag === 0 ? tag : etag, headers, seen };
  return goneSince === undefined ? row : { ...row, goneSince };
}

/** Fewer, larger writes: a gzip stream takes each as a task of its own. */
const pieceLength = 64 * 1024;

/** @param rows in the order of `compareKeys` */
export async function packManifest(
  head: ManifestHead,
  rows: Iterable<ManifestRow> | AsyncIterable<ManifestRow>,
): Promise<Buffer> {
  const gzip = createGzip({ level: 6 });
  const packed: Buffer[] = [];
  gzip.on('data', (piece: Buffer) => packed.push(piece));
  const end = once(gzip, 'end');
  for await (const piece of textOf(head, rows)) if (!gzip.write(piece)) await once(gzip, 'drain');
  gzip.end();
  await end;
  return Buffer.concat(packed);
}

async function* textOf(
  head: ManifestHead,
  rows: Iterable<ManifestRow> | AsyncIterable<ManifestRow>,
): AsyncGenerator<string> {
  let piece = `${JSON.stringify(head)}\n`;
  let count = 0;
  for await (const row of rows) {
    piece += `${packRow(row)}\n`;
    count += 1;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}${JSON.stringify({ rows: count })}\n`;
}

/** @throws ManifestError if it is none, or of a version that is not known here */
export async function openManifest(packed: Uint8Array, where: string): Promise<Manifest> {
  const lines = linesOf(packed, where);
  const { value: first } = await lines.next();
  await lines.return(undefined);
  const head = headSchema.safeParse(parsed(first, where));
  if (!head.success) {
    throw new ManifestError(where, `is no manifest that is known here (${z.prettifyError(head.error)})`);
  }
  return { head: head.data, rows: () => rowsOf(packed, where) };
}

async function* rowsOf(packed: Uint8Array, where: string): AsyncGenerator<ManifestRow> {
  let count = -1;
  let last = '';
  for await (const line of linesOf(packed, where)) {
    // The last line is known as such when there is none behind it.
    if (count > 0) yield unpackRow(parsed(last, where) as PackedRow);
    count += 1;
    last = line;
  }
  const end = parsed(last, where) as { rows?: number };
  if (end.rows !== count - 1) throw new ManifestError(where, 'is cut short');
}

function parsed(line: string | undefined, where: string): unknown {
  try {
    return JSON.parse(line ?? '');
  } catch (cause) {
    throw new ManifestError(where, 'cannot be read', { cause });
  }
}

async function* linesOf(packed: Uint8Array, where: string): AsyncGenerator<string, undefined> {
  const gunzip = Readable.from([packed], { objectMode: false }).pipe(createGunzip());
  gunzip.setEncoding('utf8');
  let rest = '';
  try {
    for await (const piece of gunzip) {
      const lines = `${rest}${piece}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (cause) {
    throw new ManifestError(where, 'cannot be unpacked', { cause });
  } finally {
    gunzip.destroy();
  }
}
