import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentTypeOf } from '../../functions/sync-assets/content-type.ts';
import { matcherOf } from '../../functions/sync-assets/globs.ts';
import { digestOf, rulesOf } from '../../functions/sync-assets/headers.ts';
import { type SyncAssetsJob, syncAssetsJob } from '../../functions/sync-assets/job.ts';

const rules = (fields: Partial<SyncAssetsJob> = {}) =>
  rulesOf(syncAssetsJob.parse({ site: 'www', bucket: 'www-site', ...fields }));

describe('a glob', () => {
  test.each([
    ['*.html', 'index.html', true],
    ['*.html', 'blog/2026/index.html', true],
    ['*.html', 'index.html.gz', false],
    ['assets/**', 'assets/js/app.js', true],
    ['assets/**', 'old/assets/app.js', false],
    ['assets/*', 'assets/js/app.js', false],
    ['**/assets/**', 'old/assets/app.js', true],
    ['{sw,service-worker}.js', 'a/sw.js', true],
    ['.well-known/**', '.well-known/security.txt', true],
    ['**', '.well-known/a/.b', true],
    ['*', '.nojekyll', true],
    ['[slug].js', 'pages/[slug].js', true],
    ['pages/[slug].js', 'pages/[slug].js', true],
    ['*.HTML', 'index.html', false],
    ['!a.js', 'b.js', false],
    ['!a.js', '!a.js', true],
  ])('%s and the path %s: %s', (glob, path, isMatch) => {
    expect(matcherOf([glob])(path)).toBe(isMatch);
  });

  test('is one of several', () => {
    const matches = matcherOf(['*.html', 'api/**', 'robots.txt']);
    expect(['a/b.html', 'api/x', 'robots.txt', 'a.css'].filter(matches)).toEqual([
      'a/b.html',
      'api/x',
      'robots.txt',
    ]);
  });

  test('matches nothing where there is none', () => {
    expect(matcherOf([])('')).toBe(false);
    expect(matcherOf([])('a')).toBe(false);
  });
});

describe('the content type', () => {
  test.each([
    ['index.html', 'text/html;charset=utf-8'],
    ['a/INDEX.HTM', 'text/html;charset=utf-8'],
    ['app.js', 'text/javascript;charset=utf-8'],
    ['app.mjs', 'text/javascript;charset=utf-8'],
    ['app.cjs', 'text/javascript;charset=utf-8'],
    ['app.js.map', 'application/json'],
    ['site.css', 'text/css;charset=utf-8'],
    ['logo.svg', 'image/svg+xml'],
    ['favicon.ico', 'image/vnd.microsoft.icon'],
    ['app.wasm', 'application/wasm'],
    ['app.webmanifest', 'application/manifest+json'],
    ['robots.txt', 'text/plain;charset=utf-8'],
    ['a.woff2', 'font/woff2'],
    ['a.avif', 'image/avif'],
    ['feed.xml', 'text/xml;charset=utf-8'],
    ['.well-known/apple-app-site-association', 'application/json'],
    ['LICENSE', 'application/octet-stream'],
    ['css', 'application/octet-stream'],
    ['v1.2/readme', 'application/octet-stream'],
    ['.html', 'application/octet-stream'],
    ['a.constructor', 'application/octet-stream'],
    ['constructor', 'application/octet-stream'],
    ['a.', 'application/octet-stream'],
  ])('of %s is %s', (path, type) => {
    expect(contentTypeOf(path)).toBe(type);
  });
});

describe('the headers of a file', () => {
  test.each([
    ['index.html', 'no-cache'],
    ['blog/index.html', 'no-cache'],
    ['sw.js', 'no-cache'],
    ['app.webmanifest', 'no-cache'],
    ['assets/index-DiwrgTda.js', 'public, max-age=31536000, immutable'],
    ['assets/index-DiwrgTda.html', 'no-cache'],
    ['app.js', 'no-cache'],
    ['data.json', 'no-cache'],
    ['logo.png', 'public, max-age=300, must-revalidate'],
    ['robots.txt', 'public, max-age=300, must-revalidate'],
  ])('say of %s: %s', (path, cacheControl) => {
    expect(rules().headersOf(path).cacheControl).toBe(cacheControl);
  });

  test('are as the rules say, a later one over an earlier one, header by header', () => {
    const { headersOf } = rules({
      headers: [
        { match: 'docs/**', cacheControl: 'max-age=60', metadata: { team: 'docs', a: '1' } },
        { match: '*.txt', contentType: 'text/plain', metadata: { a: '2' }, storageClass: 'STANDARD_IA' },
        { match: 'docs/old.txt', redirect: '/docs/new.txt' },
      ],
    });
    expect(headersOf('docs/old.txt')).toEqual({
      contentType: 'text/plain',
      cacheControl: 'max-age=60',
      metadata: { team: 'docs', a: '2' },
      storageClass: 'STANDARD_IA',
      websiteRedirect: '/docs/new.txt',
    });
    expect(headersOf('docs/a.png')).toEqual({
      contentType: 'image/png',
      cacheControl: 'max-age=60',
      metadata: { team: 'docs', a: '1' },
    });
  });

  test('are one object for all files that have the same', () => {
    const { headersOf } = rules({ headers: [{ match: 'b*', contentLanguage: 'en' }] });
    expect(headersOf('a/1.png')).toBe(headersOf('a/2.png'));
    expect(headersOf('a/1.png')).not.toBe(headersOf('b.png'));
    expect(headersOf('a/1.png')).not.toBe(headersOf('a/1-8f3a1b2c.png'));
  });
});

describe('the plan says', () => {
  test('which names are fingerprinted, and then no other is', () => {
    const { isFingerprinted } = rules({ fingerprinted: ['js/**'] });
    expect([isFingerprinted('js/app.js'), isFingerprinted('main.8f3a1b2c.js')]).toEqual([true, false]);
  });

  test('that none is', () => {
    expect(rules({ fingerprinted: [] }).isFingerprinted('main.8f3a1b2c.js')).toBe(false);
  });

  test('which files are entry points; and those are not fingerprinted, whatever else it says', () => {
    const { isEntryPoint, isFingerprinted } = rules({ fingerprinted: ['**'], entryPoints: ['start.js'] });
    expect([isEntryPoint('a/start.js'), isFingerprinted('a/start.js')]).toEqual([true, false]);
    expect([isEntryPoint('index.html'), isFingerprinted('index.html')]).toEqual([false, true]);
  });

  test('what is left alone', () => {
    expect(['uploads/a.png', 'a.png'].map(rules({ exclude: ['uploads/**'] }).isExcluded)).toEqual([
      true,
      false,
    ]);
  });
});

describe('the digest of headers', () => {
  const headers = fc.record(
    {
      contentType: fc.string(),
      cacheControl: fc.string(),
      websiteRedirect: fc.string(),
      metadata: fc.dictionary(fc.stringMatching(/^[a-z-]{1,5}$/), fc.string()),
    },
    { requiredKeys: [] },
  );

  test('is the same whatever their order', () => {
    fc.assert(
      fc.property(headers, (some) => {
        const turned = Object.fromEntries(Object.entries(some).reverse());
        expect(digestOf(turned)).toBe(digestOf(some));
      }),
    );
  });

  test('is another for others', () => {
    fc.assert(
      fc.property(headers, headers, (some, others) => {
        const without = ({ metadata = {}, ...rest }: typeof some) => ({ ...rest, metadata });
        const areSame = digestOf(some) === digestOf(others);
        expect(areSame).toBe(
          JSON.stringify(sorted(without(some))) === JSON.stringify(sorted(without(others))),
        );
      }),
    );
  });

  test('stays as it is: manifests that are out there have it', () => {
    const { headersOf } = rules();
    expect(digestOf(headersOf('index.html'))).toBe('nPFxsp3U9npF');
    expect(digestOf({ contentType: 'a', metadata: { b: 'c' }, cacheControl: undefined })).toBe(
      'dQMMNFUuVhDs',
    );
  });

  test('is short', () => {
    expect(digestOf({ contentType: 'text/html' })).toMatch(/^[\w-]{12}$/);
  });
});

const sorted = (value: object): unknown[] =>
  Object.entries(value)
    .map(([name, one]) => [name, one && typeof one === 'object' ? sorted(one) : one])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
