/** The objects of the buckets that were asked for, and what distributions were told to forget. */
import type { Sandbox } from '../sandbox/types.ts';
import type { World } from './world.ts';

/** What lasts of an object; its time, since who writes the same again has written. */
export interface SeenFile {
  etag: string;
  size: number;
  headers: Readonly<Record<string, string>>;
  lastModified: string;
}

/** By `s3://bucket/key`. */
export function objectsIn({ sandbox }: World): Map<string, SeenFile> {
  const asked = sandbox.calls.filter(({ service }) => service === 's3');
  const buckets = [...new Set(asked.map(({ parameters }) => String(parameters['Bucket'] ?? '')))];
  return new Map(
    buckets.flatMap((bucket) =>
      sandbox
        .objectsIn(bucket)
        .map(({ key, etag, size, headers, lastModified }) => [
          `s3://${bucket}/${key}`,
          { etag, size, headers, lastModified: lastModified.toISOString() },
        ]),
    ),
  );
}

/** What lasts of an invalidation. */
export interface SeenInvalidation {
  distribution: string;
  reference: string;
  paths: readonly string[];
}

/** By `distribution/id`, of the distributions that were told to forget something. */
export function invalidationsIn({ sandbox }: World): Map<string, SeenInvalidation> {
  const asked = sandbox.calls.filter(({ action }) => action === 'CreateInvalidation');
  const distributions = [...new Set(asked.map(({ parameters }) => String(parameters['Id'])))];
  return new Map(
    distributions.flatMap((distribution) =>
      sandbox
        .invalidationsOf(distribution)
        .map(({ id, reference, paths }) => [`${distribution}/${id}`, { distribution, reference, paths }]),
    ),
  );
}

/**
 * Which objects ever stood, and which were ever gone: what one run has written, another may have deleted
 * before anyone looks.
 */
export class ObjectHistory {
  readonly stood = new Set<string>();
  readonly gone = new Set<string>();

  constructor(sandbox: Sandbox) {
    sandbox.onWrite((bucket) => {
      const standing = new Set(sandbox.objectsIn(bucket).map(({ key }) => `s3://${bucket}/${key}`));
      for (const name of standing) this.stood.add(name);
      const known = [...this.stood].filter((name) => name.startsWith(`s3://${bucket}/`));
      for (const name of known.filter((one) => !standing.has(one))) this.gone.add(name);
    });
  }
}
