/** What one distribution was told to forget: CloudFront developer guide, "Invalidate files", and its quotas. */
import { CloudFrontRefusal } from './refusal.ts';

export interface SeenInvalidation {
  id: string;
  reference: string;
  paths: readonly string[];
  createdAt: Date;
  status: 'InProgress' | 'Completed';
}

type Invalidation = Omit<SeenInvalidation, 'status'> & { completedAt: Date };

const mostPaths = 3000;
const mostWildcards = 15;

export class Invalidations {
  readonly #all: Invalidation[] = [];
  readonly #prefix: string;

  /** @param prefix of their ids */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  list(now: Date): SeenInvalidation[] {
    return this.#all.map(({ completedAt, ...one }) => ({
      ...one,
      status: completedAt <= now ? 'Completed' : 'InProgress',
    }));
  }

  /** The one with this reference, or a new one, which takes so many seconds. */
  create(
    { reference, paths }: Pick<SeenInvalidation, 'reference' | 'paths'>,
    { now, seconds }: { now: Date; seconds: number },
  ): SeenInvalidation {
    refuseUnfit(paths);
    const earlier = this.#all.find((one) => one.reference === reference);
    if (earlier && String([...earlier.paths].sort()) !== String([...paths].sort())) {
      // Not `InvalidationBatchAlreadyExists`, as the API reference has it.
      throw new CloudFrontRefusal(
        'InvalidArgument',
        'Your request contains a caller reference that was used for a previous invalidation batch for the same distribution.',
      );
    }
    if (!earlier) {
      this.#refuseTooMany(paths, now);
      const id = `I${this.#prefix}${String(this.#all.length + 1).padStart(4, '0')}`;
      const completedAt = new Date(now.getTime() + seconds * 1_000);
      this.#all.push({ id, reference, paths, createdAt: now, completedAt });
    }
    return this.list(now).find((one) => one.reference === reference) as SeenInvalidation;
  }

  #refuseTooMany(paths: readonly string[], now: Date): void {
    const open = this.list(now).filter(({ status }) => status === 'InProgress');
    const all = [...open.flatMap((one) => one.paths), ...paths];
    const wildcards = all.filter((path) => path.endsWith('*')).length;
    if (wildcards <= mostWildcards && all.length - wildcards <= mostPaths) return;
    throw new CloudFrontRefusal(
      'TooManyInvalidationsInProgress',
      'Processing your request will cause you to exceed the maximum number of in-progress invalidations.',
    );
  }
}

/** The same guide, "Specify the files to invalidate", and RFC 1738's unsafe characters. */
const fit = /^\/[!$&-;=?@A-Z_a-z%]*\*?$/;

function refuseUnfit(paths: readonly string[]): void {
  const isUnfit = (path: string) =>
    !fit.test(path) ||
    path.slice(0, -1).includes('*') ||
    path.length > 4000 ||
    /%(?![0-9A-F]{2})|%7E/.test(path);
  if (paths.length === 0 || new Set(paths).size < paths.length || paths.some(isUnfit)) {
    throw new CloudFrontRefusal(
      'InvalidArgument',
      'Your request contains one or more invalid invalidation paths.',
    );
  }
}
