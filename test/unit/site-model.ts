/** A site in memory, and runs over it that may die at any step: the real plan and manifest, a bucket that is a map. */
import { crc32 } from 'node:zlib';
import { type DeadRun, leftByDeadRun, spansOfDead } from '../../functions/sync-assets/dead-run.ts';
import { type Done, nothingDone, type Written } from '../../functions/sync-assets/done.ts';
import { guard } from '../../functions/sync-assets/guards.ts';
import { digestOf, type SiteRules } from '../../functions/sync-assets/headers.ts';
import { inFull, type Journal, unite } from '../../functions/sync-assets/journal.ts';
import {
  changesOf,
  type HeaderChange,
  makePlan,
  type SyncPlan,
  type UploadChange,
} from '../../functions/sync-assets/plan.ts';
import { nextRows } from '../../functions/sync-assets/rows.ts';
import type { Source, SourceEntry } from '../../functions/sync-assets/sources/source.ts';
import { tagOfWhole } from '../../shared/sites/content-tag.ts';
import { compareKeys } from '../../shared/sites/keys.ts';
import type { ManifestRow } from '../../shared/sites/manifest.ts';

export type Files = Readonly<Record<string, string>>;

interface Stored {
  content: string;
  /** A digest. */
  headers: string;
  etag: string;
  lastModified: Date;
}

export interface Attempt {
  files: Files;
  rules: SiteRules;
  isListed: boolean;
  /** What the source tells without reading: a zip has CRC-32s, a prefix has ETags, a folder nothing. */
  tells: 'crc32' | 'etag' | 'nothing';
  /** Before this step of the run; left out: it lives. */
  diesAt?: number | undefined;
  /** S3 refuses to delete: the run leaves its lock, as if it had died. */
  keepsAll?: boolean | undefined;
  maxDeleteShare?: number | undefined;
}

const prefix = 'blog/';
const tagOf = (text: string): string => tagOfWhole(Buffer.from(text));
const crcOf = (text: string): number => crc32(Buffer.from(text));

export class SiteModel {
  readonly bucket = new Map<string, Stored>();
  /** What runs wrote, and what of it they have not deleted: the truth that a manifest has to keep up with. */
  readonly ours = new Set<string>();
  rows: ManifestRow[] = [];
  publication = 0;
  manifest: string | undefined;
  journal: Journal | undefined;
  /** When the run of the journal did. */
  diedAt = new Date(0);
  time = Date.UTC(2026, 10, 21);
  readonly keepReleases = 3;
  /** Under KMS an ETag says nothing of a content. */
  readonly #hasKms: boolean;

  constructor(hasKms: boolean) {
    this.#hasKms = hasKms;
  }

  /** Another hand's. */
  put(path: string, content: string, headers = 'theirs'): Stored {
    this.time += 1_000;
    const etag = this.#hasKms ? `kms-${this.time}` : tagOf(content);
    const stored = { content, headers, etag, lastModified: new Date(this.time) };
    this.bucket.set(prefix + path, stored);
    return stored;
  }

  path = (key: string): string => key.slice(prefix.length);

  /** Looks at all, and changes nothing. */
  look(attempt: Attempt, publication: number): Promise<SyncPlan> {
    const { rules, isListed } = attempt;
    const { mayHaveWritten, isLeftBehind } = leftByDeadRun(this.#dead(), this.manifest);
    const source = sourceOf(attempt);
    return makePlan(
      {
        entries: source.entries(),
        rows: each(this.rows),
        listed: each(isListed ? this.#list() : []),
        prefix,
      },
      {
        source,
        rules,
        isDoubtful: mayHaveWritten,
        order: {
          isListed,
          publication,
          keepReleases: this.keepReleases,
          grace: { count: 1, unit: 'hour' },
          now: new Date(this.time),
          isLeftBehind,
        },
      },
    );
  }

  #list = () =>
    [...this.bucket]
      .map(([key, { etag, content, lastModified }]) => ({ key, etag, size: content.length, lastModified }))
      .sort((a, b) => compareKeys(a.key, b.key));

  /** Publishes, in the order of a real run. */
  async run(attempt: Attempt): Promise<{ plan: SyncPlan; isDone: boolean }> {
    const isListed = attempt.isListed || this.manifest === undefined || this.journal !== undefined;
    const answeredAt = new Date(this.time);
    const publication = this.publication + 1;
    const plan = await this.look({ ...attempt, isListed }, publication);
    guard(plan, { maxDeleteShare: attempt.maxDeleteShare ?? 1 });
    this.#begin(plan, answeredAt);
    try {
      await this.#carryOut(plan, attempt, publication);
    } catch (error) {
      if (error !== death) throw error;
      this.diedAt = new Date(this.time);
      return { plan, isDone: false };
    }
    this.journal = undefined;
    return { plan, isDone: true };
  }

  #dead(): DeadRun | undefined {
    const { journal } = this;
    return journal && { journal, changes: journal.changes, until: this.diedAt.toISOString() };
  }

  #begin(plan: SyncPlan, answeredAt: Date): void {
    const { journal: dead, manifest } = this;
    this.journal = {
      run: 'r',
      site: 'www',
      release: 'v',
      since: answeredAt.toISOString(),
      earlier: spansOfDead(this.#dead(), manifest),
      manifest,
      changes: inFull(unite(dead?.changes, changesOf(plan))),
    };
  }

  async #carryOut(plan: SyncPlan, attempt: Attempt, publication: number): Promise<void> {
    let steps = attempt.diesAt ?? Number.POSITIVE_INFINITY;
    const live = () => {
      this.time += 1_000;
      steps -= 1;
      if (steps < 0) throw death;
    };
    const done: Done = nothingDone();
    for (const change of [...plan.uploads, ...plan.headers]) {
      live();
      done.written[change.kind].set(change.position, this.#write(change, attempt.files));
    }
    const last = this.rows;
    const next = { plan, done, publication, now: new Date(this.time) };
    live();
    this.rows = await all(nextRows(each(last), next));
    this.manifest = `manifest-${this.time}`;
    this.publication = publication;
    for (const { key, etag, position } of attempt.keepsAll ? [] : plan.deletes) {
      live();
      if (this.bucket.get(key)?.etag === etag) this.bucket.delete(key);
      this.ours.delete(key);
      done.deleted.set(position);
    }
    live();
    if (attempt.keepsAll && plan.deletes.length > 0) throw death;
    this.rows = await all(nextRows(each(last), next));
    this.manifest = `manifest-${this.time}`;
  }

  #write(change: UploadChange | HeaderChange, files: Files): Written {
    const path = this.path(change.key);
    const content = (change.kind === 'upload' ? files[path] : this.bucket.get(change.key)?.content) ?? '';
    const { etag } = this.put(path, content, digestOf(change.headers));
    this.ours.add(change.key);
    return { etag, tag: tagOf(content), crc32: change.kind === 'upload' ? crcOf(content) : change.crc32 };
  }
}

const death = new Error('The run died');

function sourceOf({ files, tells }: Attempt): Source {
  const contentOf = (path: string) => files[path] ?? '';
  return {
    async *entries() {
      for (const path of Object.keys(files).sort(compareKeys)) {
        const content = contentOf(path);
        const told = { crc32: { crc32: crcOf(content) }, etag: { etag: tagOf(content) }, nothing: {} };
        yield { path, size: content.length, ...told[tells] };
      }
    },
    tagOf: async ({ path }: SourceEntry) => tagOf(contentOf(path)),
    async *contents() {
      // The model has the contents.
    },
    close: async () => {},
  };
}

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
