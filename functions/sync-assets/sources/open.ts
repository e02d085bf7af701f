/** Opens what a job says the release is made of. */
import type { S3 } from '../../../shared/aws/s3/s3.ts';
import { type FolderOptions, FolderSource } from './folder.ts';
import { PrefixSource, refuseOverlap } from './prefix.ts';
import type { Source } from './source.ts';
import { type StoredName, StoredObject } from './stored-object.ts';
import { TarSource, tarHeadBytes } from './tar.ts';
import { ZipSource, zipTailBytes } from './zip.ts';

export interface OpenedArchive {
  source: Source;
  /** Which one is read, and when it was uploaded, by S3's clock. */
  archive: {
    bucket: string;
    key: string;
    etag: string;
    versionId?: string | undefined;
    uploadedAt: Date;
  };
}

/**
 * Costs one GET, of the archive's end or start. All later ones are of the same object: by its ETag.
 *
 * @param name its key says what it is: see `isArchive`
 * @param sitePrefix becomes part of every key
 * @throws SourceError if it is not there
 * @throws ArchiveReplacedError if its ETag is another than the given one
 */
export async function openArchive(place: S3, name: StoredName, sitePrefix: string): Promise<OpenedArchive> {
  const isZip = name.key.endsWith('.zip');
  const opened = await StoredObject.open(
    place,
    name,
    isZip ? { last: zipTailBytes } : { first: tarHeadBytes },
  );
  const { bucket, key } = name;
  const { etag, versionId = name.versionId, lastModified } = opened.info;
  return {
    source: isZip ? new ZipSource(opened, sitePrefix) : new TarSource(opened, sitePrefix),
    archive: { bucket, key, etag, versionId, uploadedAt: lastModified },
  };
}

/** @throws SourceError if the two places overlap */
export function openPrefix(
  place: S3,
  from: { bucket: string; prefix: string },
  site: { bucket: string; prefix: string },
): Source {
  refuseOverlap(from, site);
  return new PrefixSource(place, from, site.prefix);
}

/** @throws SourceError if it is no folder */
export const openFolder = (folder: string, sitePrefix: string, options?: FolderOptions): Source =>
  new FolderSource(folder, sitePrefix, options);
