/**
 * Whether a path has a hash of its content in it, as the usual build tools make them: what it holds then never
 * changes, and browsers may keep it for a year. Whoever is taken for one and is not, is seen old for as long:
 * so what could as well be a word, a date, a number or a UUID is none. docs/cache-rules.md has the rules.
 */

export function looksFingerprinted(path: string): boolean {
  if (neverHashed.test(path)) return false;
  if (hashedFolder.test(path)) return true;
  const parts = path.slice(path.lastIndexOf('/') + 1).split('.');
  const isCode = parts.slice(1).some((part) => codeEnding.test(part));
  const isInAssets = /(^|\/)assets\//.test(path);
  return parts.some((part, i) => {
    // What follows a hash are endings alone: `main.8f3a1b2c.chunk.js.map`.
    const endings = parts.slice(i + 1);
    const isLast = endings.length > 0 && endings.every((each) => ending.test(each));
    return isLast && endsInHash(part, { isFirst: i === 0, isCode, isInAssets });
  });
}

/** Pages are asked for by their names; and Nuxt says in `latest.json` which build stands. */
const neverHashed = /\.x?html?$|(^|\/)_nuxt\/builds\/latest\.json$/i;

/** Next, Nuxt, Astro, SvelteKit; Gatsby's images have their hash in the folder's name. */
const hashedFolder = /(^|\/)(_next\/static|_nuxt|_astro|_app\/immutable|static\/[0-9a-f]{32})\//;

const ending = /^[a-z][a-z0-9]{0,11}$/i;
/** What is code comes from a build tool: nobody names a picture's dark twin `logo-darkMode.js`. */
const codeEnding = /^(js|mjs|cjs|css|wasm)$/i;

interface Place {
  /** What stands before the first dot of the name. */
  isFirst: boolean;
  isCode: boolean;
  isInAssets: boolean;
}

function endsInHash(part: string, place: Place): boolean {
  return endsInHex(part, place) || endsInBase32(part, place) || endsInBase64(part, place);
}

/**
 * webpack (20 digits), Create React App, Parcel, Stencil (8), Angular's older ones (16), Sprockets and Hugo (64),
 * Django (12) and many more: 8 digits or more behind one of `.-_~`, or 16 that are the whole name.
 */
function endsInHex(part: string, { isFirst, isCode }: Place): boolean {
  const hex = /(?:^|[-_~])([0-9a-f]{8,128})$/.exec(part)?.[1];
  if (hex === undefined || uuid.test(part)) return false;
  const isWholeName = isFirst && hex.length === part.length;
  if (isWholeName && hex.length < 16) return false;
  if (dated.test(hex) || !/\d/.test(hex)) return false;
  // All digits are a number, but of 40 hashes of 8 digits one is so.
  return isCode || /[a-f]/.test(hex);
}

/** `20261121`, and with a letter or the time behind it. */
const dated = /^(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])/;

/** A UUID says which thing it is, whatever its content. */
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** esbuild and Angular: `main-5KXPQ3MC.js`. Without a digit it is a hash in the name of code, else a word. */
function endsInBase32(part: string, { isCode }: Place): boolean {
  const hash = /[^-]-([A-Z2-7]{8})$/.exec(part)?.[1];
  return hash !== undefined && /[A-Z]/.test(hash) && (isCode || /[2-7]/.test(hash));
}

/**
 * Vite and Rollup, in Vite's folder: `assets/index-DiwrgTda.js`, `assets/page.D_2-x9aB.js` (VitePress). Capitals
 * and small letters, or digits among them. A fourth of the hashes has no digit: of code these count too, but
 * of pictures only those that are no words in camel case.
 */
function endsInBase64(part: string, { isFirst, isCode, isInAssets }: Place): boolean {
  if (!isInAssets) return false;
  const hash = (isFirst ? /[^-]-([\w-]{8})$/ : /(?:^|-)([\w-]{8})$/).exec(part)?.[1];
  if (hash === undefined) return false;
  return isCode ? !isWords(hash) : /[A-Z]/.test(hash) && !isWords(hash) && !isCamelCase(hash);
}

/** `validate`, `Download`, `TEMPLATE`, `d3-scale`, `level_12`, `2026-alt`: as people join words and numbers. */
const isWords = (text: string): boolean =>
  /^([A-Z]?[a-z]{2,}|[A-Z]{2,}|[a-z])\d{0,4}([-_]([a-z]+\d*|\d+))?$|^\d+[-_]?[a-z]*$/.test(text);

/** `darkMode`, `MyReport2`. */
const isCamelCase = (text: string): boolean => /^[a-z]*([A-Z][a-z]+)*\d{0,4}$/.test(text);
