/**
 * Watches a site as its visitors see it: at every moment, which is after every write to its bucket, each
 * page has what it refers to, and what is not the site's own stays as it is.
 */
import {
  type Changes,
  changesSchema,
  type Synced,
  syncedDetailType,
  syncedSchema,
} from '../../shared/sites/synced.ts';
import type { SeenObject } from '../sandbox/types.ts';
import { hashOf, type Release } from './scenarios/releases.ts';
import type { World } from './world.ts';

export interface Watched {
  bucket: string;
  prefix: string;
  /** Keys that are not the site's: outside its prefix, excluded, or another's. */
  isUntouchable: (key: string) => boolean;
  /** Fingerprinted paths that need not be kept. */
  mayGo?: ReadonlySet<string>;
  /** What others changed is put right in the end. */
  mends?: true;
}

type Objects = ReadonlyMap<string, SeenObject>;

const ownFolder = '.groundskeeper/';

export class Visitor {
  readonly #world: World;
  readonly #site: Watched;
  readonly #violations = new Set<string>();
  /** What someone else changed, and we have not put right since. */
  readonly #spoiled = new Set<string>();
  /** What a cache may hold in a form that stands no more, and no event has told of. */
  readonly #untold = new Set<string>();
  /** What a page ever needed: browsers may still show that page. */
  readonly #needed = new Set<string>();
  #before: Objects;
  #eventsRead = 0;
  #isSomeoneElse = false;

  constructor(world: World, site: Watched) {
    this.#world = world;
    this.#site = site;
    this.#before = this.#objects();
    this.#eventsRead = world.sandbox.events.length;
    this.#visit(this.#before);
    world.sandbox.onWrite((bucket) => {
      if (bucket === site.bucket) this.#changed();
    });
  }

  /** What was wrong since it was asked before. */
  observed(): string[] {
    const violations = [...this.#violations];
    this.#violations.clear();
    return violations;
  }

  /** What others do to the bucket is no fault of ours. */
  async asSomeoneElse(act: () => Promise<unknown>): Promise<void> {
    this.#isSomeoneElse = true;
    await act();
    this.#isSomeoneElse = false;
  }

  /** What is not as this release has it, once a run has ended well. */
  unlike({ name, files }: Release): string[] {
    this.#readEvents();
    const objects = this.#objects();
    const wrong = Object.entries(files)
      .map(([path, content]) => ({ key: this.#keyOf(path), content }))
      .filter(({ key }) => this.#site.mends || !this.#spoiled.has(key))
      .filter(({ key, content }) => objects.get(key)?.content().toString() !== content)
      .map(({ key }) => `${key} is not as in release ${name}`);
    return [
      ...wrong,
      ...this.#surplus(objects, files),
      ...[...this.#untold].map((key) => `${key} was changed, and no event said so`),
    ];
  }

  /** What neither this release nor an earlier page of it needs, and is not another's. */
  #surplus(objects: Objects, files: Release['files']): string[] {
    const { prefix, isUntouchable, mayGo } = this.#site;
    const isKept = (key: string) => this.#needed.has(key) && !mayGo?.has(key.slice(prefix.length));
    return [...objects.keys()]
      .filter((key) => !isUntouchable(key) && !this.#spoiled.has(key) && !isKept(key))
      .map((key) => key.slice(prefix.length))
      .filter((path) => !(path in files) && path !== `${ownFolder}manifest.gz`)
      .map((path) => `${path} is there still`);
  }

  #objects(): Objects {
    const all = this.#world.sandbox.objectsIn(this.#site.bucket);
    return new Map(all.map((object) => [object.key, object]));
  }

  #keyOf(path: string): string {
    return this.#site.prefix + path;
  }

  #changed(): void {
    this.#readEvents();
    const before = this.#before;
    const after = this.#objects();
    this.#before = after;
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      if (!isSame(before.get(key), after.get(key))) this.#noteChange(key, before, after);
    }
    this.#visit(after);
  }

  #noteChange(key: string, before: Objects, after: Objects): void {
    if (this.#isSomeoneElse) {
      this.#spoiled.add(key);
      return;
    }
    this.#spoiled.delete(key);
    const { prefix, isUntouchable } = this.#site;
    if (isUntouchable(key)) this.#violations.add(`${key}, which is not the site's, was changed or deleted`);
    if (key.startsWith(prefix + ownFolder)) return;
    const found = before.get(key);
    const mayBeKept = !after.has(key) && isForEver(found);
    if (found && !mayBeKept && !isAlike(found, after.get(key))) this.#untold.add(key);
    if (!after.has(key)) this.#noteDeletion(key);
  }

  #noteDeletion(key: string): void {
    const path = key.slice(this.#site.prefix.length);
    if (this.#needed.has(key) && !this.#site.mayGo?.has(path)) {
      this.#violations.add(`${path} was deleted, and pages that are open somewhere need it`);
    }
    for (const page of this.#pages(this.#before)) {
      if (linksIn(page).includes(path)) {
        this.#violations.add(`${path} was deleted while ${page.key} of ${releaseOf(page)} leads there`);
      }
    }
  }

  #pages(objects: Objects): SeenObject[] {
    const { prefix, isUntouchable } = this.#site;
    return [...objects.values()].filter(
      ({ key }) => key.startsWith(prefix) && key.endsWith('.html') && !isUntouchable(key),
    );
  }

  #visit(objects: Objects): void {
    for (const page of this.#pages(objects)) {
      if (this.#spoiled.has(page.key)) continue;
      const type = page.headers['content-type'] ?? '';
      if (!type.startsWith('text/html')) this.#violations.add(`${page.key} is sent as ${type}`);
      for (const path of needsIn(page)) this.#fetch(path, page, objects);
    }
  }

  /** What a page needs has to be there, with the content that its name speaks of. */
  #fetch(path: string, page: SeenObject, objects: Objects): void {
    const key = this.#keyOf(path);
    this.#needed.add(key);
    if (this.#spoiled.has(key) || hashOf(objects.get(key)?.content() ?? '') === hashIn(path)) return;
    this.#violations.add(`${page.key} of ${releaseOf(page)} needs ${path}, which is not there`);
  }

  /** An event tells of what was done before it. */
  #readEvents(): void {
    const { events } = this.#world.sandbox;
    const news = events.slice(this.#eventsRead).filter((event) => event['detail-type'] === syncedDetailType);
    this.#eventsRead = events.length;
    for (const { detail } of news) {
      const { changed, deleted } = this.#changesIn(syncedSchema.parse(detail));
      // What is called new was never served: of what stood before, that says nothing.
      for (const key of [...changed, ...deleted]) this.#untold.delete(key);
    }
  }

  #changesIn({ changes, changesKey = '' }: Synced): Changes {
    return (
      changes ?? changesSchema.parse(JSON.parse(this.#before.get(changesKey)?.content().toString() ?? ''))
    );
  }
}

const isSame = (one: SeenObject | undefined, other: SeenObject | undefined): boolean =>
  one?.lastModified.getTime() === other?.lastModified.getTime() && isAlike(one, other);

/** Who has it keeps it in any case; gone, it need not be forgotten. */
const isForEver = (object: SeenObject | undefined): boolean =>
  (object?.headers['cache-control'] ?? '').includes('immutable');

/** For a visitor. */
const isAlike = (one: SeenObject | undefined, other: SeenObject | undefined): boolean =>
  one?.etag === other?.etag && JSON.stringify(one?.headers) === JSON.stringify(other?.headers);

const textOf = (page: SeenObject): string => page.content().toString();

const releaseOf = (page: SeenObject): string => /<title>([^<]*)/.exec(textOf(page))?.[1] ?? 'no release';

const needsIn = (page: SeenObject): string[] =>
  [...textOf(page).matchAll(/<link href="\/([^"]+)"/g)].map(([, path = '']) => path);

const linksIn = (page: SeenObject): string[] =>
  [...textOf(page).matchAll(/<a href="\/([^"]+)"/g)].map(([, path = '']) => path);

const hashIn = (path: string): string => /-([0-9a-f]{12})\./.exec(path)?.[1] ?? 'none';
