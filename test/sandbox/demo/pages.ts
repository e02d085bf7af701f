/** The files of the company's web site, release by release, and how a visitor sees them. */

/** By path. */
export type Files = Readonly<Record<string, string>>;

const lamps = Array.from({ length: 24 }, (_, index) => `lamp-${index + 1}`);
const assets = {
  script: 'assets/shop.8f3a1b2c.js',
  style: 'assets/shop.1c9d04e7.css',
} as const;

const page = (title: string, body: string): string =>
  [
    '<!doctype html>',
    `<title>${title}</title>`,
    `<link rel="stylesheet" href="/${assets.style}">`,
    `<script type="module" src="/${assets.script}"></script>`,
    `<h1>${title}</h1>`,
    body,
    '',
  ].join('\n');

const link = (path: string): string => `<a href="/${path}">${path}</a>`;
const picture = (lamp: string): string => `<img src="/pictures/${lamp}.svg" alt="">`;

const lampPage = (lamp: string, words: string): string => page(lamp, `${picture(lamp)}<p>${words}</p>`);

/** What goes out on the first day: pages, their script and style, a picture a lamp. */
export const firstRelease: Files = {
  'index.html': page(
    'Lamps',
    ['about/', 'prices.json', ...lamps.map((lamp) => `lamps/${lamp}.html`)].map(link).join('\n'),
  ),
  'about/index.html': page('About us', '<p>Since 1998.</p>'),
  'prices.json': JSON.stringify(Object.fromEntries(lamps.map((lamp, index) => [lamp, 40 + index]))),
  [assets.script]: 'for (const link of document.links) link.classList.add("seen");',
  [assets.style]: 'h1 { font: 2rem serif }',
  ...Object.fromEntries(lamps.map((lamp) => [`lamps/${lamp}.html`, lampPage(lamp, 'Brass.')])),
  ...Object.fromEntries(
    lamps.map((lamp) => [`pictures/${lamp}.svg`, '<svg xmlns="http://www.w3.org/2000/svg"/>']),
  ),
};

/** Three files are others. */
export const secondRelease: Files = {
  ...firstRelease,
  'index.html': firstRelease['index.html']?.replace('Lamps</h1>', 'Lamps, from 20</h1>') ?? '',
  'prices.json': JSON.stringify(Object.fromEntries(lamps.map((lamp, index) => [lamp, 20 + index]))),
  'about/index.html': page('About us', '<p>Since 1998, now cheaper.</p>'),
};

/** What a visitor finds who follows every link from the first page on. */
export interface Visit {
  heading: string;
  /** Paths of files. */
  found: string[];
  /** What pages refer to and is not there. */
  missing: string[];
}

/** @param files as the bucket holds them */
export function visit(files: Files): Visit {
  const seen = new Set(['index.html']);
  // A set goes on with what is added while it is walked.
  for (const path of seen) for (const reference of referencesIn(path, files[path])) seen.add(reference);
  const [, heading = ''] = /<h1>(.*)<\/h1>/.exec(files['index.html'] ?? '') ?? [];
  return {
    heading,
    found: [...seen].filter((path) => path in files),
    missing: [...seen].filter((path) => !(path in files)),
  };
}

/** The distribution shows a folder's `index.html` for the folder. */
function referencesIn(path: string, text = ''): string[] {
  if (!path.endsWith('.html')) return [];
  const references = [...text.matchAll(/(?:href|src)="\/([^"]*)"/g)].map(([, reference = '']) => reference);
  return references.map((reference) => reference.replace(/(^|\/)$/, '$1index.html'));
}
