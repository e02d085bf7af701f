/** Rules of headers that would do nothing are refused, as are globs that somebody has not closed. */
import { describe, expect, test } from 'vitest';
import { mistakesOf, siteText } from './plan-builder.ts';

const rule = (keys: string) => mistakesOf(siteText(['name: www', `headers: [{ ${keys} }]`]));

test('A rule of headers sets something', () => {
  expect(rule('match: "*.html"')).toBe(
    'groundskeeper.yml:4:15 sites[0].headers[0]: {"match":"*.html"} sets nothing; expected a key beside "match", such as "cacheControl"',
  );
  expect(rule('match: "*.html", cachControl: no-cache')).not.toContain('sets nothing');
  expect(rule('cacheControl: no-cache')).not.toContain('sets nothing');
  expect(rule('match: "*.html", metadata: { team: web }')).toBe('no mistake');
});

describe('A glob', () => {
  const glob = (text: string) => rule(`match: '${text}', cacheControl: no-cache`);

  test.each(['[', '*.[0-9a-f', '[ab]*[', '{html,css', '{a,b}.{', '\\[[a'])('is closed: not %s', (text) => {
    const message = glob(text);
    expect(message).toContain('sites[0].headers[0].match: ');
    expect(message).toContain(
      'is not valid; expected a "]" after each "[" and a "}" after each "{", or a "\\" before one that is meant itself',
    );
    expect(message).not.toContain('\n');
  });

  test.each(['[slug].js', '[[...slug]].js', '\\[', '*.{html,css}', 'a]', 'a}', '[[]', '{a,{b,c}}.js', '(a'])(
    'may be %s',
    (text) => {
      expect(glob(text)).toBe('no mistake');
    },
  );

  test.each(['fingerprinted', 'entryPoints', 'exclude'])('is closed in %s, too', (key) => {
    expect(mistakesOf(siteText(['name: www', `${key}: ["["]`]))).toContain(
      `sites[0].${key}[0]: "[" is not valid; expected a "]" after each "["`,
    );
  });
});
