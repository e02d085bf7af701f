import { describe, expect, test } from 'vitest';
import { addressOf } from '../../shared/aws/s3/endpoint.ts';
import { readEnvironment } from '../../shared/aws/s3/environment.ts';

const urlOf = (bucket: string, region: string, endpoint?: string) => {
  const { protocol, host, basePath } = addressOf(bucket, region, endpoint);
  return `${protocol}//${host}${basePath}`;
};

describe('the address of a bucket', () => {
  test.each([
    ['is a host of its own', 'site', 'eu-west-1', 'https://site.s3.eu-west-1.amazonaws.com/'],
    ['names the region in us-east-1, too', 'site', 'us-east-1', 'https://site.s3.us-east-1.amazonaws.com/'],
    [
      'is a path where its dots would not fit a certificate',
      'www.example.org',
      'eu-west-1',
      'https://s3.eu-west-1.amazonaws.com/www.example.org/',
    ],
    ['ends otherwise in China', 'site', 'cn-north-1', 'https://site.s3.cn-north-1.amazonaws.com.cn/'],
  ])('%s', (_what, bucket, region, url) => {
    expect(urlOf(bucket, region)).toBe(url);
  });

  test.each([
    ['is a path', 'http://127.0.0.1:4566', 'http://127.0.0.1:4566/site/'],
    ['does not double a slash', 'https://s3.example.org/', 'https://s3.example.org/site/'],
    ['keeps the path of the endpoint', 'https://example.org/a%20b/s3/', 'https://example.org/a%20b/s3/site/'],
    ['leaves out a port that goes without saying', 'https://example.org:443', 'https://example.org/site/'],
    ['may be one of IPv6', 'http://[::1]:9000', 'http://[::1]:9000/site/'],
  ])('with an endpoint %s', (_what, endpoint, url) => {
    expect(urlOf('site', 'eu-west-1', endpoint)).toBe(url);
  });

  test.each(['localhost:4566', 's3.example.org', 'ftp://example.org', ''])(
    'is refused where the endpoint is %j',
    (endpoint) => {
      expect(() => addressOf('site', 'eu-west-1', endpoint)).toThrow(
        `The endpoint ${JSON.stringify(endpoint)} is not an http or https URL`,
      );
    },
  );
});

describe('the environment', () => {
  const all = 'http://all';
  const s3 = 'http://s3';

  test.each([
    [{ AWS_ENDPOINT_URL: all, AWS_ENDPOINT_URL_S3: s3 }, s3],
    [{ AWS_ENDPOINT_URL: all }, all],
    [{ AWS_ENDPOINT_URL: all, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, undefined],
    [{ AWS_ENDPOINT_URL: '' }, undefined],
    [{}, undefined],
  ])('%j gives the endpoint %j', (environment, endpoint) => {
    expect(readEnvironment(environment as NodeJS.ProcessEnv).endpoint).toBe(endpoint);
  });

  test.each([
    [{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'us-east-1' }, 'eu-west-1'],
    [{ AWS_DEFAULT_REGION: 'us-east-1' }, 'us-east-1'],
    [{ AWS_REGION: '' }, undefined],
  ])('%j gives the region %j', (environment, region) => {
    expect(readEnvironment(environment as NodeJS.ProcessEnv).region).toBe(region);
  });
});
