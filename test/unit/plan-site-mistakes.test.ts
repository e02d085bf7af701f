import { describe, expect, test } from 'vitest';
import { mistakesOf, siteText } from './plan-builder.ts';

const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/1b2c3d4e-0000-4000-8000-123456789012';
const site = (...lines: string[]) => siteText(['name: www', ...lines]);

const cases: [title: string, text: string, message: string][] = [
  [
    'no site in the list',
    'sites: []\n',
    'groundskeeper.yml:1:8 sites: [] has no site; expected at least one',
  ],
  [
    'no backup, though there are sites',
    `${site()}backups: []\n`,
    'groundskeeper.yml:4:10 backups: [] has no backup; expected at least one',
  ],
  [
    'an unknown key, with the one that was meant',
    site('bukket: my-site'),
    'groundskeeper.yml:4:5 sites[0].bukket: is not a key that is known here; did you mean "bucket"? expected one of name, bucket, prefix, releases, distributions, distribution, index, headers, fingerprinted, entryPoints, exclude, keepReleases, grace, maxDeleteShare, verify, waste',
  ],
  [
    'an unknown key of a rule of headers',
    site('headers:', '  - { match: "*.html", cachControl: no-cache }'),
    'groundskeeper.yml:5:28 sites[0].headers[0].cachControl: is not a key that is known here; did you mean "cacheControl"? expected one of match, contentType, cacheControl, contentEncoding, contentDisposition, contentLanguage, redirect, storageClass, metadata',
  ],
  [
    'an unknown key of the distribution',
    site('distribution: { aliase: [www.example.com] }'),
    'groundskeeper.yml:4:21 sites[0].distribution.aliase: is not a key that is known here; did you mean "aliases"? expected one of aliases, certificate, priceClass, errorPage, spa, folders',
  ],
  [
    'a site without a name',
    'sites:\n  - bucket: my-site\n',
    'groundskeeper.yml:2:5 sites[0].name: is missing; expected text',
  ],
  [
    'a bucket that cannot be one',
    site('bucket: My_Site'),
    'groundskeeper.yml:4:13 sites[0].bucket: "My_Site" is not valid; expected the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens',
  ],
  [
    'a prefix without its slash',
    site('prefix: blog'),
    'groundskeeper.yml:4:13 sites[0].prefix: "blog" is not valid; expected "" or a path with its last slash and none before it, as "blog/"',
  ],
  [
    'a prefix among what is kept of another site',
    site('bucket: my-site', 'prefix: blog/.groundskeeper/x/'),
    'groundskeeper.yml:5:13 sites[0].prefix: "blog/.groundskeeper/x/" is not valid; expected no ".groundskeeper/" in it, where a site\'s manifest and lock are',
  ],
  [
    'a prefix with what IAM takes for a wildcard',
    site('bucket: my-site', 'prefix: "b*g/"'),
    'groundskeeper.yml:5:13 sites[0].prefix: "b*g/" has "*" or "?" in it; expected a prefix without, since IAM takes them for wildcards',
  ],
  [
    'two sites of one name',
    siteText(['name: www'], ['name: www']),
    'groundskeeper.yml:4:11 sites[1].name: "www" is the name of another site; expected each name once',
  ],
  [
    'names that become the same resources',
    siteText(['name: a-1'], ['name: a1']),
    'groundskeeper.yml:4:11 sites[1].name: "a1" gives the same resources as site "a-1" (SiteA1Bucket); expected names that differ in more than their hyphens',
  ],
  [
    'two sites in one place',
    siteText(['name: www', 'bucket: shared'], ['name: blog', 'bucket: shared']),
    'groundskeeper.yml:6:13 sites[1].bucket: "shared" holds site "www" already; expected another bucket, or prefixes of their own for both',
  ],
  [
    'a site inside another',
    siteText(['name: www', 'bucket: shared'], ['name: blog', 'bucket: shared', 'prefix: blog/']),
    'groundskeeper.yml:7:13 sites[1].prefix: "blog/" overlaps site "www", which has the prefix "" of the same bucket; expected prefixes of which none begins with the other',
  ],
  [
    'a site around another',
    siteText(['name: blog', 'bucket: shared', 'prefix: blog/'], ['name: www', 'bucket: shared']),
    'groundskeeper.yml:7:13 sites[1].bucket: "" overlaps site "blog", which has the prefix "blog/" of the same bucket; expected prefixes of which none begins with the other',
  ],
  [
    'releases inside the site itself',
    site('bucket: shared', 'releases: { bucket: shared, prefix: releases/ }'),
    'groundskeeper.yml:5:41 sites[0].releases.prefix: "s3://shared/releases/" overlaps site "www": its visitors would see the archives, or its files would be taken for releases; expected a bucket or a prefix apart from every site',
  ],
  [
    'releases around another site',
    siteText(
      ['name: www', 'releases: { bucket: shared }'],
      ['name: blog', 'bucket: shared', 'prefix: blog/'],
    ),
    'groundskeeper.yml:4:25 sites[0].releases.bucket: "s3://shared/" overlaps site "blog": its visitors would see the archives, or its files would be taken for releases; expected a bucket or a prefix apart from every site',
  ],
  [
    'releases of two sites in one place',
    siteText(
      ['name: www', 'releases: { bucket: ci }'],
      ['name: blog', 'releases: { bucket: ci, prefix: blog/ }'],
    ),
    'groundskeeper.yml:4:25 sites[0].releases.bucket: "ci" is not valid; expected the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens\ngroundskeeper.yml:6:25 sites[1].releases.bucket: "ci" is not valid; expected the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens',
  ],
  [
    'releases of which one place is in the other',
    siteText(
      ['name: www', 'releases: { bucket: builds }'],
      ['name: blog', 'releases: { bucket: builds, prefix: blog/ }'],
    ),
    'groundskeeper.yml:6:41 sites[1].releases.prefix: "s3://builds/blog/" overlaps the releases of site "www", so that an archive would be published to both; expected a prefix of its own for each',
  ],
  [
    "two sites in one folder of the stack's bucket for releases",
    siteText(['name: www'], ['name: blog', 'releases: { prefix: www/2/ }']),
    'groundskeeper.yml:5:25 sites[1].releases.prefix: "www/2/" overlaps the releases of site "www", so that an archive would be published to both; expected a prefix of its own for each',
  ],
  [
    'distributions of your own and one of the stack',
    site('distributions: [E1EXAMPLE2345]', 'distribution: { spa: true }'),
    'groundskeeper.yml:5:5 sites[0].distribution: is one that the stack would make, beside "distributions" of your own; expected one of the two keys',
  ],
  [
    'an id that is none',
    site('distributions: [www.example.com]'),
    'groundskeeper.yml:4:21 sites[0].distributions[0]: "www.example.com" is not valid; expected a distribution\'s id such as E1EXAMPLE2345',
  ],
  [
    'aliases without a certificate',
    site('distribution: { aliases: [www.example.com] }'),
    'groundskeeper.yml:4:21 sites[0].distribution.aliases: need a certificate; expected "certificate" beside them, the ARN of one in us-east-1 that names them',
  ],
  [
    'a certificate without aliases',
    site(`distribution: { certificate: "${certificate}" }`),
    'groundskeeper.yml:4:21 sites[0].distribution.certificate: has no meaning by itself; expected "aliases" beside it',
  ],
  [
    'a certificate of another region',
    site(
      'distribution:',
      '  aliases: [www.example.com]',
      `  certificate: ${certificate.replace('us-east-1', 'eu-west-1')}`,
    ),
    'groundskeeper.yml:6:20 sites[0].distribution.certificate: the certificate is in eu-west-1; expected one in us-east-1, the only region that CloudFront takes them from',
  ],
  [
    'a certificate that is none',
    site('distribution: { aliases: [www.example.com], certificate: www }'),
    'groundskeeper.yml:4:62 sites[0].distribution.certificate: "www" is not the ARN of a certificate of ACM; expected one such as arn:aws:acm:us-east-1:123456789012:certificate/…',
  ],
  [
    'a domain name that is a URL',
    site(`distribution: { aliases: ["https://www.example.com/"], certificate: "${certificate}" }`),
    'groundskeeper.yml:4:31 sites[0].distribution.aliases[0]: "https://www.example.com/" is not a domain name; expected one such as www.example.com, in lower case',
  ],
  [
    'an error page for a single-page app',
    site('distribution: { spa: true, errorPage: 404.html }'),
    'groundskeeper.yml:4:32 sites[0].distribution.errorPage: has no meaning with "spa", which answers all that is not there with the index; expected one of the two',
  ],
  [
    'an error page with its slash',
    site('distribution: { errorPage: /404.html }'),
    'groundskeeper.yml:4:32 sites[0].distribution.errorPage: "/404.html" is not a path of the site; expected one such as 404.html',
  ],
  [
    'a time to verify that the clocks skip',
    site('verify: { at: "02:10" }'),
    'groundskeeper.yml:4:19 sites[0].verify.at: "02:10" does not exist on 2027-03-28 in Europe/Berlin, where the clocks go forward over it; expected another time, the next good one is "03:00"',
  ],
  [
    'a verification that is neither a time nor switched off',
    site('verify: true'),
    'groundskeeper.yml:4:13 sites[0].verify: true is not a time to verify; expected { at: "03:10" }, or false',
  ],
  [
    'an unknown key of the verification',
    site('verify: { att: "03:10" }'),
    'groundskeeper.yml:4:13 sites[0].verify: {"att":"03:10"} is not a time to verify; expected { at: "03:10" }, or false',
  ],
  [
    'a grace time that is none',
    site('grace: 1 dya'),
    'groundskeeper.yml:4:12 sites[0].grace: "1 dya" is not valid; expected a whole number and a unit, such as "24 hours", "7 days", "2 weeks", "1 month" or "1 year"',
  ],
];

describe('A plan with sites is refused for', () => {
  test.each(cases)('%s', (_title, text, message) => {
    expect(mistakesOf(text)).toBe(message);
  });
});

describe('A plan may have', () => {
  test.each([
    ['a site and nothing else', site()],
    ['two sites with buckets of the stack', siteText(['name: www'], ['name: blog'])],
    [
      'two sites in folders of one bucket',
      siteText(
        ['name: www', 'bucket: shared', 'prefix: www/'],
        ['name: blog', 'bucket: shared', 'prefix: blog/'],
      ),
    ],
    [
      'releases beside the site in one bucket',
      site('bucket: shared', 'prefix: site/', 'releases: { bucket: shared, prefix: releases/ }'),
    ],
    [
      'a domain of its own',
      site(`distribution: { aliases: ["*.example.com", example.com], certificate: "${certificate}" }`),
    ],
    ['a site of your own with a distribution of the stack', site('bucket: my-site', 'distribution: {}')],
    ['no verification', site('verify: false')],
    ['a default time that its clocks skip', 'timezone: America/Havana\nsites: [{ name: www }]\n'],
  ])('%s', (_title, text) => {
    expect(mistakesOf(text)).toBe('no mistake');
  });
});
