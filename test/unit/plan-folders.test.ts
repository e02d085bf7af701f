/** The code that CloudFront runs at its edge for folders. */
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { foldersCode } from '../../shared/plan/folders.ts';

interface Answer {
  uri?: string;
  statusCode?: number;
  headers?: { location: { value: string } };
}

const ask = (uri: string, querystring: object = {}, index = 'index.html'): Answer => {
  const event = { request: { uri, querystring, headers: {} } };
  return runInNewContext(`${foldersCode(index)}\nhandler(event)`, { event }) as Answer;
};
const locationOf = (uri: string, querystring?: object) => ask(uri, querystring).headers?.location.value;

describe('A request for', () => {
  test.each([
    ['a folder', '/docs/', '/docs/index.html'],
    ['the root', '/', '/index.html'],
    ['a file', '/docs/page.html', '/docs/page.html'],
    ['a file in a folder with a dot', '/v1.2/app.js', '/v1.2/app.js'],
    ['what others have agreed on', '/.well-known/acme-challenge/abc', '/.well-known/acme-challenge/abc'],
  ])('%s, %s, is one for %s', (_title, uri, asked) => {
    expect(ask(uri).uri).toBe(asked);
  });

  test('a folder shows the index that the site has', () => {
    expect(ask('/docs/', {}, 'home.htm').uri).toBe('/docs/home.htm');
  });

  test('a folder without its slash is sent to the one with it', () => {
    expect(ask('/v1.2/docs')).toMatchObject({ statusCode: 302 });
    expect(locationOf('/v1.2/docs')).toBe('/v1.2/docs/');
  });

  test('a folder keeps its query', () => {
    const querystring = {
      page: { value: '2' },
      tag: { value: 'a%20b', multiValue: [{ value: 'a%20b' }, { value: 'c' }] },
      draft: { value: '' },
    };
    expect(locationOf('/docs', querystring)).toBe('/docs/?page=2&tag=a%20b&tag=c&draft');
  });

  test.each(['//example.com/docs', '/\\example.com/docs', '///docs', '/\\/docs'])(
    '%s is sent to no other host',
    (uri) => {
      expect(new URL(locationOf(uri) ?? '', 'https://www.example.org/').host).toBe('www.example.org');
    },
  );
});
