import { describe, expect, it } from 'vitest';
import { siteOrigins } from '../../functions/invalidate-cdn/origins.ts';
import { pathsOf } from '../../shared/sites/paths.ts';
import { aDistribution } from '../builders.ts';

const site = { bucket: 'www-site', prefix: '', index: 'index.html' };

const originsAt = (domain: string, path = '', wanted = site) =>
  siteOrigins(aDistribution({ origins: [{ id: 'site', domain, path }] }), wanted).map(({ id }) => id);

describe('an origin shows the site', () => {
  it.each([
    'www-site.s3.amazonaws.com',
    'www-site.s3.eu-west-1.amazonaws.com',
    'www-site.s3-eu-west-1.amazonaws.com',
    'www-site.s3.dualstack.eu-west-1.amazonaws.com',
    'www-site.s3-website-eu-west-1.amazonaws.com',
    'www-site.s3-website.eu-central-1.amazonaws.com',
    'www-site.s3-accelerate.amazonaws.com',
    'www-site.s3.us-gov-west-1.amazonaws.com',
    'www-site.s3.cn-north-1.amazonaws.com.cn',
    'WWW-Site.s3.eu-west-1.amazonaws.com',
  ])('at %s', (domain) => {
    expect(originsAt(domain)).toEqual(['site']);
  });

  it.each([
    'other-site.s3.eu-west-1.amazonaws.com',
    'old.www-site.s3.eu-west-1.amazonaws.com',
    'www-site.example.com',
    'www-site.s3.eu-west-1.amazonaws.com.example.com',
    'www-site.execute-api.eu-west-1.amazonaws.com',
    'www-site.s3.example.s3.amazonaws.com',
  ])('not at %s', (domain) => {
    expect(originsAt(domain)).toEqual([]);
  });

  it.each([
    ['', '', true],
    ['blog/', '', true],
    ['blog/', '/blog', true],
    ['blog/', '/blog/', true],
    ['blog/', '/shop', false],
    ['blog/', '/blo', false],
    // It shows a part of the site.
    ['', '/blog', true],
    ['blog/', '/blog/en', true],
  ])('with the prefix "%s" and the path "%s": %s', (prefix, path, does) => {
    const origins = originsAt('www-site.s3.eu-west-1.amazonaws.com', path, { ...site, prefix });
    expect(origins).toEqual(does ? ['site'] : []);
  });

  it('where its path begins with the bucket', () => {
    expect(originsAt('s3.eu-west-1.amazonaws.com', '/www-site/blog')).toEqual(['site']);
    expect(originsAt('s3.eu-west-1.amazonaws.com', '/www-site-2/blog')).toEqual([]);
  });

  it('only if a behavior uses it', () => {
    const behaviors = [{ pattern: '*', origins: ['api'], keepsQueries: false }];
    expect(siteOrigins(aDistribution({ behaviors }), site)).toEqual([]);
  });

  it('also under another name, if a person says so', () => {
    const distribution = aDistribution({ origins: [{ id: 'site', domain: 'files.example.com', path: '' }] });
    expect(siteOrigins(distribution, site)).toEqual([]);
    expect(siteOrigins(distribution, site, true)).toHaveLength(1);
  });
});

describe('the paths of a site among other origins', () => {
  const behavior = (pattern: string, ...origins: string[]) => ({ pattern, origins, keepsQueries: false });
  const shown = (keys: string[], ...behaviors: ReturnType<typeof behavior>[]) =>
    siteOrigins(aDistribution({ behaviors }), site).flatMap(({ view }) =>
      keys.flatMap((key) => pathsOf(key, view)),
    );

  it('are those whose first behavior asks it', () => {
    const keys = ['static/app.js', 'index.html', 'api/spec.json'];
    expect(shown(keys, behavior('/static/*', 'site'), behavior('*', 'app'))).toEqual(['/static/app.js']);
    expect(shown(keys, behavior('api/*', 'app'), behavior('*', 'site'))).toEqual([
      '/static/app.js',
      '/',
      '/index.html',
    ]);
  });

  it('are those of patterns with one character or an ending', () => {
    const keys = ['a1/x.css', 'a12/x.css', 'b/y.PNG', 'b/y.png', 'b+c(d).png'];
    expect(shown(keys, behavior('a?/*', 'site'), behavior('*', 'app'))).toEqual(['/a1/x.css']);
    expect(shown(keys, behavior('*.png', 'site'), behavior('*', 'app'))).toEqual(['/b/y.png', '/b+c(d).png']);
    expect(shown(keys, behavior('/b+c(d).*', 'site'), behavior('*', 'app'))).toEqual(['/b+c(d).png']);
  });

  it('are those of a group that it is in', () => {
    expect(shown(['a.js'], behavior('*', 'app', 'site'))).toEqual(['/a.js']);
  });
});
