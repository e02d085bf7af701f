/** The objects of one bucket, in memory: their versions, and their keys in S3's order. */
import type { Content } from './body.ts';
import type { ChecksumName } from './checksums.ts';

export interface StoredObject extends Content {
  key: string;
  etag: string;
  lastModified: Date;
  /** `null` in a bucket that was not versioned then. */
  versionId: string;
  /** As they are answered: `content-type`, `x-amz-meta-…`, `x-amz-storage-class`. */
  headers: Readonly<Record<string, string>>;
  /** `a=b&c=d`, as a header has them. */
  tagging: string;
  checksums: Readonly<Partial<Record<ChecksumName, string>>>;
  isDeleteMarker: boolean;
}

export interface Upload {
  id: string;
  key: string;
  initiated: Date;
  headers: Readonly<Record<string, string>>;
  tagging: string;
  /** Over the object, where its creation asked for one. */
  checksum: { name: ChecksumName; type: 'COMPOSITE' | 'FULL_OBJECT' } | undefined;
  parts: Map<number, Part>;
}

export interface Part extends Content {
  etag: string;
  lastModified: Date;
  checksums: StoredObject['checksums'];
}

/** What a bucket is set to. */
export interface BucketSettings {
  /** Undefined: any that a request is signed for. */
  region?: string | undefined;
  isVersioned: boolean;
  /** Under a key of KMS, where an ETag is not the MD5. */
  hasKms: boolean;
}

export const plainSettings: BucketSettings = { isVersioned: false, hasKms: false };

export class Bucket {
  readonly name: string;
  readonly createdAt: Date;
  settings: BucketSettings;
  readonly uploads = new Map<string, Upload>();
  /** The newest version last. */
  readonly #versions = new Map<string, StoredObject[]>();
  #sortedKeys: string[] = [];
  #isSorted = true;

  constructor(name: string, createdAt: Date, settings: BucketSettings) {
    this.name = name;
    this.createdAt = createdAt;
    this.settings = settings;
  }

  get isEmpty(): boolean {
    return this.#versions.size === 0;
  }

  /** The one that stands: undefined if there is none, or a delete marker hides it. */
  current(key: string): StoredObject | undefined {
    const newest = this.#versions.get(key)?.at(-1);
    return newest?.isDeleteMarker ? undefined : newest;
  }

  version(key: string, versionId: string): StoredObject | undefined {
    return this.#versions.get(key)?.find((version) => version.versionId === versionId);
  }

  put(object: StoredObject): void {
    const versions = this.#versions.get(object.key);
    if (versions === undefined) {
      this.#versions.set(object.key, [object]);
      this.#isSorted = false;
      return;
    }
    // Each version has its own id, but for the one without, which the next without replaces.
    const kept = versions.filter(({ versionId }) => versionId !== object.versionId);
    this.#versions.set(object.key, [...kept, object]);
  }

  remove(key: string, versionId: string): void {
    const kept = (this.#versions.get(key) ?? []).filter((version) => version.versionId !== versionId);
    if (kept.length > 0) {
      this.#versions.set(key, kept);
    } else if (this.#versions.delete(key)) {
      this.#isSorted = false;
    }
  }

  /** Those that stand, in the order of their keys' UTF-8 bytes, from the first that is not before `from`. */
  *from(from: string): Generator<StoredObject> {
    const keys = this.#keys();
    for (let index = firstNotBefore(keys, from); index < keys.length; index += 1) {
      const object = this.current(keys[index] as string);
      if (object) yield object;
    }
  }

  #keys(): readonly string[] {
    if (this.#isSorted) return this.#sortedKeys;
    this.#sortedKeys = [...this.#versions.keys()]
      .map((key) => [bytesOf(key), key] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, key]) => key);
    this.#isSorted = true;
    return this.#sortedKeys;
  }
}

/** Text whose order is that of the UTF-8 bytes. */
const bytesOf = (key: string): string => Buffer.from(key).toString('latin1');

function firstNotBefore(keys: readonly string[], from: string): number {
  const wanted = bytesOf(from);
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bytesOf(keys[middle] as string) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
