/** Where a release's files come from: an archive, a prefix of a bucket, a local folder. */
import type { Several } from './several.ts';

/** One file of a release. Its name and size are known; its content is read only where it has to be. */
export interface SourceEntry {
  /** Its path within the release, with slashes, as `assets/app.js`: checked, see entry-names.ts. */
  path: string;
  /** Bytes of its content, unpacked. */
  size: number;
  /** Of its content, where the source tells without reading it: a zip does. */
  crc32?: number | undefined;
  /** Of its content, where the source tells without reading it: a listing does (the MD5, or S3's tag of a multipart object). */
  etag?: string | undefined;
}

/** Bytes of a file: all of them, or pieces of those that are too large for that; a piece lasts until the next is asked for. */
export type Content = Uint8Array | AsyncIterable<Uint8Array>;

export interface OpenedContent<Entry extends SourceEntry = SourceEntry> {
  entry: Entry;
  /** To be read to its end before the next is asked for, if it comes in pieces. */
  content: Content;
}

export interface Source {
  /**
   * All files, in the order of their paths' UTF-8 bytes (`compareKeys`), which is the order of a listing.
   * Whatever is wrong with the source (empty, cut short, a path that is not allowed, too large) is thrown
   * before the first one comes.
   */
  entries(): AsyncIterable<SourceEntry>;

  /** The MD5 of an entry's content, in hex, as `contentTag` has it. Reads the content. */
  tagOf(entry: SourceEntry): Promise<string>;

  /**
   * The contents of these, in an order of the source's own choosing: an archive reads what lies together
   * at once. In pieces: those of more than `partBytes`.
   */
  contents<Entry extends SourceEntry>(entries: Several<Entry>): AsyncIterable<OpenedContent<Entry>>;

  /** Server-side copies instead of contents: where the entry is an object of S3. */
  objectOf?(entry: SourceEntry): { bucket: string; key: string; etag: string };

  /** Frees what it holds: files, space. */
  close(): Promise<void>;
}
