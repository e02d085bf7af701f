import { statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { Column } from './column.ts';
import { EntryTable } from './entry-table.ts';
import { checkAmount } from './limits.ts';
import { SourceError } from './source-error.ts';
import type { Opened } from './stored-object.ts';

/** What was unpacked: the files, and where each lies in the temporary file. */
export interface Spool {
  table: EntryTable;
  starts: Column;
  crc32s: Column;
}

/** Left free for others of the machine: Lambda has 512 MB, unless it is given more. */
const reserve = 16 * 1024 * 1024;

/**
 * Unpacks all of the archive.
 *
 * @param prefix the site's
 * @param file open for writing, empty
 * @throws SourceError if anything is wrong with it: then nothing of it may be published
 */
export async function spoolTar(head: Opened, prefix: string, file: number): Promise<Spool> {
  const { object } = head;
  const table = new EntryTable(object.where, prefix);
  const spool: Spool = { table, starts: new Column(), crc32s: new Column() };
  const room = new SpaceLeft(object.where);
  const entries = extract();
  const end = { bytes: Buffer.alloc(0) as Buffer };
  // Its failure is that of reading the entries, which throws it too.
  const feeding = pipeline(
    Readable.from(packedBytes(head)),
    createGunzip({ chunkSize: 256 * 1024 }),
    (unpacked: AsyncIterable<Buffer>) => watched(unpacked, head, end),
    entries,
  );
  feeding.catch(() => undefined);
  let written = 0;
  try {
    for await (const entry of entries) {
      const isKept = keep(entry.header, object.where, spool, written);
      let checksum = 0;
      for await (const bytes of entry as AsyncIterable<Buffer>) {
        if (!isKept) continue;
        room.take(bytes.length);
        checksum = crc32(bytes, checksum);
        writeAll(file, bytes, written);
        written += bytes.length;
      }
      if (isKept) spool.crc32s.push(checksum);
    }
    await feeding;
  } catch (cause) {
    throw explained(cause, object.where);
  }
  refuseCut(end.bytes, object.where);
  table.seal();
  return spool;
}

async function* packedBytes({ object, bytes }: Opened): AsyncGenerator<Buffer> {
  yield bytes;
  yield* object.pieces({ start: bytes.length, end: object.size });
}

/** POSIX, "pax Interchange Format": two blocks of zeros are its end. */
const endBytes = 1024;

/** Counts what is unpacked, folders and headers too, while it is unpacked; and keeps its end. */
async function* watched(
  unpacked: AsyncIterable<Buffer>,
  { object }: Opened,
  end: { bytes: Buffer },
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const piece of unpacked) {
    bytes += piece.length;
    checkAmount(object.where, { entries: 0, bytes, packedBytes: object.size });
    end.bytes =
      piece.length >= endBytes
        ? piece.subarray(-endBytes)
        : Buffer.concat([end.bytes, piece]).subarray(-endBytes);
    yield piece;
  }
}

/** Whether the entry is a file to publish, which is now one of the spool. */
function keep({ name, type, size }: Header, where: string, { table, starts }: Spool, at: number): boolean {
  const path = name.replace(/^(\.\/)+/, '');
  // The folder itself is "./" or ".", where names have "./" before them.
  if (type === 'directory' && (path === '' || path === '.')) return false;
  refuseOdd(type, `${where}: ${JSON.stringify(path)}`);
  const isFile = type !== 'directory';
  const added = table.add(isFile || path.endsWith('/') ? path : `${path}/`, isFile ? size : 0);
  if (added === undefined) return false;
  starts.push(at);
  return true;
}

const plain = new Set(['file', 'contiguous-file', 'directory']);

function refuseOdd(type: string, which: string): void {
  if (type === 'symlink') {
    throw new SourceError(`${which} is a symbolic link: pack what it leads to (tar --dereference)`);
  }
  if (type === 'link') {
    throw new SourceError(`${which} is a hard link: pack the file itself (tar --hard-dereference)`);
  }
  if (!plain.has(type)) throw new SourceError(`${which} is neither a file nor a folder, but ${type}`);
}

/** Space in the temporary folder. */
class SpaceLeft {
  #bytes: number;
  readonly #where: string;

  constructor(where: string) {
    const { bavail, bsize } = statfsSync(tmpdir());
    this.#bytes = bavail * bsize - reserve;
    this.#where = where;
  }

  take(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes >= 0) return;
    throw new SourceError(
      `${this.#where} does not fit into ${tmpdir()}: publish a zip, which is read without unpacking it there, or give the function more ephemeral storage`,
    );
  }
}

function writeAll(file: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, at + done);
}

/** What comes from zlib or tar-stream says that the archive is damaged; all else says for itself what it is. */
function explained(cause: unknown, where: string): unknown {
  if (!(cause instanceof Error) || cause instanceof SourceError || '$metadata' in cause) return cause;
  const { code } = cause as { code?: string };
  if (code !== undefined && !code.startsWith('Z_')) return cause;
  return new SourceError(`${where} is damaged, or no tar.gz archive: ${cause.message}`, { cause });
}

function refuseCut(end: Buffer, where: string): void {
  if (end.length === endBytes && end.every((byte) => byte === 0)) return;
  throw new SourceError(`${where} is cut short: the end of the archive is missing`);
}
