/** Where this machine gets Debian from. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const everyonesMirror = 'http://deb.debian.org/debian';

/** The machine's own mirror first, which may be the only one that it reaches; then everyone's. */
export async function debianMirrors(): Promise<string[]> {
  const texts = await Promise.all(
    (await sourceFiles()).map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const own = texts.map(mirrorIn).find((mirror) => mirror !== undefined);
  return [...new Set([own ?? everyonesMirror, everyonesMirror])];
}

async function sourceFiles(): Promise<string[]> {
  const parts = '/etc/apt/sources.list.d';
  const files = await readdir(parts).catch(() => []);
  return [
    '/etc/apt/sources.list',
    ...files.filter((file) => /\.(list|sources)$/.test(file)).map((file) => join(parts, file)),
  ];
}

/**
 * The first archive of Debian itself (`…/debian`, not its security updates, not others' packages) that
 * serves `main`, in either of apt's formats; see sources.list(5).
 */
export function mirrorIn(sources: string): string | undefined {
  for (const stanza of sources.split(/\n\s*\n/)) {
    const mirror = /^URIs:/m.test(stanza) ? inStanza(stanza) : inLines(stanza);
    if (mirror !== undefined) return mirror.replace(/\/$/, '');
  }
  return undefined;
}

function inStanza(stanza: string): string | undefined {
  const field = (name: string) =>
    new RegExp(`^${name}:(.*)$`, 'm').exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
  const serves =
    field('Types').includes('deb') && field('Components').includes('main') && field('Enabled')[0] !== 'no';
  return serves ? field('URIs').find(isDebian) : undefined;
}

function inLines(text: string): string | undefined {
  for (const line of text.split('\n')) {
    const [, uri, components] = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+\S+\s+(.*)$/.exec(line) ?? [];
    if (uri !== undefined && isDebian(uri) && components?.split(/\s+/).includes('main')) return uri;
  }
  return undefined;
}

const isDebian = (uri: string) => /^https?:\/\/.*\/debian\/?$/.test(uri);
