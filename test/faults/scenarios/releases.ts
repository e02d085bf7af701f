/** Small sites: pages that say of which release they are, and name what they need by the hash of its content. */
import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { type Zippable, zipSync } from 'fflate';
import type { World } from '../world.ts';

/** Where the scenarios' site lies, and where its releases are uploaded. */
export const place = { bucket: 'www-site', prefix: 'www/' };
export const releasesPlace = { bucket: 'www-releases', prefix: 'www/' };

export interface Release {
  name: string;
  /** By path, without the site's prefix. */
  files: Readonly<Record<string, string>>;
}

/** `app-3f1c09ab52de.js` */
export function fingerprinted(name: string, ending: string, content: string): string {
  return `assets/${name}-${hashOf(content)}.${ending}`;
}

export const hashOf = (content: string | Buffer): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 12);

const script = (release: string) => `console.log('the script of release ${release}');`;
const style = 'body { color: black; }';
const photo = 'a photo that never changes';

/** What a page needs, and where it leads. */
const page = (release: string, needs: readonly string[], links: readonly string[]): string =>
  [
    `<!doctype html><title>release ${release}</title>`,
    ...needs.map((path) => `<link href="/${path}">`),
    ...links.map((path) => `<a href="/${path}">`),
    '',
  ].join('\n');

/** Three pages, four assets. `leaves`: a page that this one alone has. */
export function aRelease(name: string, leaves: string): Release {
  const js = fingerprinted('app', 'js', script(name));
  const css = fingerprinted('base', 'css', style);
  return {
    name,
    files: {
      'index.html': page(name, [js, css], ['about.html', leaves]),
      'about.html': page(name, [js, css], ['index.html']),
      [leaves]: page(name, [css], ['index.html']),
      [js]: script(name),
      [css]: style,
      [fingerprinted('photo', 'png', photo)]: photo,
      'logo.svg': `<svg>${name}</svg>`,
    },
  };
}

const archives = new WeakMap<Release, Uint8Array>();

/** The same bytes for the same files: their times are of no day at all. Packed once, since every case asks anew. */
export function archiveOf(release: Release): Uint8Array {
  const known = archives.get(release);
  if (known) return known;
  const files: Zippable = {};
  for (const [path, text] of Object.entries(release.files)) {
    // Unpacking much takes time of its own, which the account's clock would take for idleness.
    files[path] = [Buffer.from(text), { mtime: '1980-01-02', level: text.length > 1_000_000 ? 0 : 6 }];
  }
  const archive = zipSync(files);
  archives.set(release, archive);
  return archive;
}

/** Puts its archive where releases are uploaded, and answers the event that S3 sends of it. */
export async function upload({ s3, sandbox }: World, name: string, body: Uint8Array): Promise<object> {
  const { bucket: Bucket, prefix } = releasesPlace;
  const key = `${prefix}${name}.zip`;
  await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: body }));
  // A run beside it may have sent one since.
  const event = sandbox.events.findLast(({ detail }) => keyIn(detail) === key);
  if (event === undefined) throw new Error('The releases’ bucket tells nobody of uploads');
  return event;
}

const keyIn = (detail: unknown): unknown => (detail as { object?: { key?: unknown } }).object?.key;
