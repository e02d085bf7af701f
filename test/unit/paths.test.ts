import { describe, expect, it } from 'vitest';
import { encodePath, nameablePart, pathsOf } from '../../shared/sites/paths.ts';

const view = { originPath: '', index: 'index.html', rootObject: 'index.html' };

describe('the paths of a key', () => {
  it.each([
    ['a.html', ['/a.html']],
    ['blog/a.html', ['/blog/a.html']],
    // An index is its folder, with its slash and without.
    ['blog/index.html', ['/blog', '/blog/', '/blog/index.html']],
    ['blog/my-index.html', ['/blog/my-index.html']],
    ['index.html', ['/', '/index.html']],
    ['Index.html', ['/Index.html']],
  ])('of %s are %j', (key, paths) => {
    expect(pathsOf(key, view)).toEqual(paths);
  });

  it.each([
    ['www/a.html', '/www', ['/a.html']],
    ['www/index.html', '/www', ['/', '/index.html']],
    // Not below the origin's path: the distribution does not serve it.
    ['other/a.html', '/www', []],
    ['www2/a.html', '/www', []],
    ['www/blog/index.html', '/www/blog', ['/', '/index.html']],
  ])('of %s at an origin with the path %s are %j', (key, originPath, paths) => {
    expect(pathsOf(key, { ...view, originPath })).toEqual(paths);
  });

  it('are the root for the default root object, not for the index', () => {
    const home = { ...view, rootObject: 'home.html' };
    expect(pathsOf('home.html', home)).toEqual(['/', '/home.html']);
    expect(pathsOf('index.html', home)).toEqual(['/index.html']);
    expect(pathsOf('a/index.html', { ...view, rootObject: 'a/index.html' })).toEqual([
      '/',
      '/a',
      '/a/',
      '/a/index.html',
    ]);
  });

  it('are the root for the index where there is no default root object', () => {
    expect(pathsOf('index.html', { ...view, rootObject: '' })).toEqual(['/', '/index.html']);
  });

  it('are only those that are asked of this origin', () => {
    const serves = (path: string) => path.startsWith('/static/');
    expect(pathsOf('static/a.css', { ...view, serves })).toEqual(['/static/a.css']);
    expect(pathsOf('index.html', { ...view, serves })).toEqual([]);
  });
});

describe('a path as CloudFront wants it', () => {
  it.each([
    ['/a-b_c.d/e', '/a-b_c.d/e'],
    // RFC 1738 calls these reserved or special, not unsafe: encoded they would not match.
    ["/a+b,c;d=e&f@g:h!i'j(k)$l", "/a+b,c;d=e&f@g:h!i'j(k)$l"],
    ['/a b', '/a%20b'],
    ['/100%', '/100%25'],
    ['/"#<>[\\]^`{|}', '/%22%23%3C%3E%5B%5C%5D%5E%60%7B%7C%7D'],
    ['/café', '/caf%C3%A9'],
    ['/日本', '/%E6%97%A5%E6%9C%AC'],
    ['/😀', '/%F0%9F%98%80'],
    ['/a\u0001\u007f', '/a%01%7F'],
  ])('of %s is %s', (path, encoded) => {
    expect(encodePath(path)).toBe(encoded);
  });
});

describe('what can be named of a path', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['/a/~b', '/a/'],
    ['/a*b', '/a'],
    ['/what?', '/what'],
    ['/~', '/'],
  ])('of %s is %s', (path, part) => {
    expect(nameablePart(path)).toBe(part);
  });

  it('has room for an asterisk within the 4,000 characters, and ends with a whole one', () => {
    expect(nameablePart(`/${'a'.repeat(4000)}`)).toHaveLength(3999);
    expect(encodePath(nameablePart(`/${'é'.repeat(1000)}`)).length).toBe(1 + 666 * 6);
  });
});
