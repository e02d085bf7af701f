import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { looksFingerprinted } from '../../functions/sync-assets/fingerprint.ts';

describe('a name with a hash of its content', () => {
  test.each([
    ['Create React App', 'static/js/main.8f3a1b2c.js'],
    ['its chunks', 'static/js/787.28cb0dcd.chunk.js'],
    ['its source maps', 'static/css/main.8f3a1b2c.css.map'],
    ['its licenses', 'static/js/main.8f3a1b2c.js.LICENSE.txt'],
    ['its pictures', 'static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg'],
    ['webpack', 'app-2f1b8c4d9e0a7f635241.js'],
    ['webpack, assets', '0e4c1dd7a6bd0b8a2b6c.png'],
    ['Vite', 'assets/index-DiwrgTda.js'],
    ['Vite, with a digit', 'assets/index-B3kL9xQz.css'],
    ['Vite, with what base64url has', 'assets/vendor-D_2-x9aB.js'],
    ['Vite, a picture', 'assets/logo-BmR4Qk7z.svg'],
    ['Vite, below a base', 'shop/assets/index-DiwrgTda.js'],
    ['VitePress', 'assets/guide_index.md.Bx2lq9aZ.lean.js'],
    ['Rollup 3', 'assets/index-8f3a1b2c.js'],
    ['Parcel', 'index.8f3a1b2c.css'],
    ['Angular', 'main-5KXPQ3MC.js'],
    ['Angular, a hash without digits', 'chunk-KXPQRMCB.js'],
    ['Angular, media', 'media/roboto-5KXPQ3MC.woff2'],
    ['Angular before 17', 'main.0f1e2d3c4b5a6978.js'],
    ['esbuild', 'app-WN2ZQ7TK.css'],
    ['Next', '_next/static/chunks/pages/_app.js'],
    ['Next, its build', '_next/static/Zk3lq/_buildManifest.js'],
    ['Nuxt', '_nuxt/entry.js'],
    ['Nuxt, what a build is', '_nuxt/builds/meta/8a1f.json'],
    ['Astro', '_astro/index.DRf8L97S.css'],
    ['SvelteKit', '_app/immutable/nodes/0.js'],
    ['SvelteKit below a base', 'docs/_app/immutable/entry/start.js'],
    ['Gatsby, pictures', 'static/8f3a1b2c4d5e6f708192a3b4c5d6e7f8/ae23f/logo.png'],
    ['Hugo', 'css/main.min.ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb.css'],
    ['Sprockets', 'application-4a8a08f09d37b73795649038408b5f33f7b7c2d1e0f9a8b7c6d5e4f3a2b1c0d9.js'],
    ['Propshaft', 'application-3f5a6b7c.js'],
    ['Django', 'css/base.27e20196a850.css'],
    ['a hash that has only digits, of code', 'main.84736251.js'],
    ['Workbox', 'workbox-3e911b1d.js'],
  ])('%s: %s', (_, path) => {
    expect(looksFingerprinted(path)).toBe(true);
  });
});

describe('a name without one', () => {
  test.each([
    ['a page', 'index.html'],
    ['a page with a hash in its name', 'post-8f3a1b2c.html'],
    ['a page in a folder of hashed files', '_astro/index.html'],
    ['a script', 'app.js'],
    ['a version', 'jquery-3.7.1.min.js'],
    ['a long version', 'bootstrap.5.3.10.bundle.min.css'],
    ['a date', 'report-20261121.pdf'],
    ['a date of code', 'app-20261121.js'],
    ['a date in the assets', 'assets/report-20261121.pdf'],
    ['a date with a letter', 'report-20261121a.pdf'],
    ['a date with the time', 'backup-20261121093000.json'],
    ['a number', 'photo-12345678.jpg'],
    ['a word of eight letters', 'assets/jquery-validate.js'],
    ['a capitalised one', 'assets/photo-Download.jpg'],
    ['a shouted one', 'README-TEMPLATE.md'],
    ['one that looks like hex', 'deadbeef.js'],
    ['camel case', 'assets/logo-darkMode.svg'],
    ['a size', 'assets/icon-1024x768.png'],
    ['words and numbers', 'assets/font-v2-final.woff2'],
    ['a package', 'assets/vendor-d3-scale.js'],
    ['Nuxt, which build stands', '_nuxt/builds/latest.json'],
    ['SvelteKit, which version stands', '_app/version.json'],
    ['a UUID', 'media/550e8400-e29b-41d4-a716-44665544000a.jpg'],
    ['a hash of seven digits', 'app-8f3a1b2.js'],
    ['a base64 hash outside the assets', 'js/index-DiwrgTda.js'],
    ['no ending', 'main-8f3a1b2c'],
    ['a dot file', '.8f3a1b2c'],
    ['a short name', '8f3a1b2c.png'],
    ['a folder with a hash', '8f3a1b2c/app.js'],
  ])('%s: %s', (_, path) => {
    expect(looksFingerprinted(path)).toBe(false);
  });
});

const randomOf = (characters: string, length: number) =>
  fc.string({ unit: fc.constantFrom(...characters.split('')), minLength: length, maxLength: length });
const hex = '0123456789abcdef';
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const base64 = `${base32}${base32.toLowerCase()}0189-_`;

test.each([
  ['hex', randomOf(hex, 8).map((hash) => `js/main.${hash}.js`), 0.005],
  ['long hex', randomOf(hex, 20).map((hash) => `js/main.${hash}.chunk.js`), 0.001],
  ['base 32', randomOf(base32, 8).map((hash) => `main-${hash}.js`), 0.001],
  ['base 64', randomOf(base64, 8).map((hash) => `assets/index-${hash}.js`), 0.015],
] as const)('hardly any random hash in the name of code goes unseen: %s', (_, paths, mostMissed) => {
  const some = fc.sample(paths, { numRuns: 20_000, seed: 4 });
  expect(some.filter((path) => !looksFingerprinted(path)).length / some.length).toBeLessThan(mostMissed);
});
