/**
 * What lies in a site's bucket by our hand: which release, which files with which contents and headers.
 * It is an object of that bucket, `<prefix>.groundskeeper/manifest.gz`: gzipped lines of JSON, the first
 * the head, then a row a file in the order of `compareKeys`, then a last line that proves it whole.
 */

export interface ManifestHead {
  version: 1;
  /** `''`: published by hand to a place that no plan names. */
  site: string;
  /** The request that published it: Lambda may start the same one again. */
  by?: string | undefined;
  /** The number of the release that the rows describe: 1, 2, 3, … of this site. A rollback is a new one. */
  publication: number;
  /** The releases, the first published first; the last `historyLength` of them. */
  history: PublishedRelease[];
  /** The id of the one that stands. */
  current: string;
}

/** Beyond those whose fingerprinted files are kept: that a late delivery of an old upload is known as such. */
export const historyLength = 200;

export interface PublishedRelease {
  /** What makes it this one: an archive's key and ETag, a prefix or folder with the time of its publication. */
  id: string;
  /** How people call it: the archive's key below the site's releases, without its ending. */
  name: string;
  /** The archive, if it was one: what a rollback publishes again. */
  archive?: { bucket: string; key: string; etag: string; versionId?: string | undefined } | undefined;
  /** When the archive was uploaded, by S3's clock; of other sources when it was published. */
  uploadedAt: string;
  /** When it was published, the last time. */
  publishedAt: string;
  /** `publication` of the last time. */
  publication: number;
}

export interface ManifestRow {
  /** The whole key, with the site's prefix. */
  key: string;
  size: number;
  /** Of the content, as `content-tag.ts` has it; `''` where it is not known: a copy between buckets under KMS. */
  tag: string;
  /** Of the content; undefined where it is not known. */
  crc32: number | undefined;
  /** As S3 said after our write. */
  etag: string;
  /** `digestOf` the headers that we gave it. */
  headers: string;
  /** The last publication whose release had the file. */
  seen: number;
  /** ISO 8601: since when no release that stands has it. */
  goneSince?: string | undefined;
}
