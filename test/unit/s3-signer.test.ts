import aws4 from 'aws4';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodedKey, encodedText } from '../../shared/aws/s3/endpoint.ts';
import { Signer } from '../../shared/aws/s3/signing.ts';

/** The examples of S3's API reference, "Signature Calculations for the Authorization Header". */
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const Host = 'examplebucket.s3.amazonaws.com';
const now = new Date('2013-05-24T00:00:00Z');
const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const signatureIn = (headers: Record<string, string>): string | undefined =>
  /Signature=([0-9a-f]{64})$/.exec(headers['Authorization'] ?? '')?.[1];

describe('signs as AWS does in its own example of', () => {
  test.each([
    {
      what: 'a read of some bytes',
      request: { method: 'GET', path: '/test.txt', query: '', headers: { Range: 'bytes=0-9' } },
      expected: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    {
      what: 'a write',
      request: {
        method: 'PUT',
        path: `/${encodedKey('test$file.text')}`,
        query: '',
        headers: {
          Date: 'Fri, 24 May 2013 00:00:00 GMT',
          'X-Amz-Storage-Class': 'REDUCED_REDUNDANCY',
          'X-Amz-Content-Sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
        },
      },
      expected: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
    {
      what: 'a sub-resource of a bucket',
      request: { method: 'GET', path: '/', query: 'lifecycle=', headers: {} },
      expected: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    },
    {
      what: 'a listing',
      request: { method: 'GET', path: '/', query: 'max-keys=2&prefix=J', headers: {} },
      expected: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    },
  ])('$what', ({ request, expected }) => {
    const headers = { Host, 'X-Amz-Content-Sha256': empty, ...request.headers };
    const signed = new Signer().sign({ ...request, headers }, { region: 'us-east-1', credentials, now });
    expect(signatureIn(signed)).toBe(expected);
  });
});

const anyName = fc.string({
  unit: fc.constantFrom('a', 'b', '-', '=', 'é', '/'),
  minLength: 1,
  maxLength: 4,
});
const anyText = fc.string({ unit: 'grapheme', maxLength: 20 });
const anyHeaderValue = fc.string({ unit: fc.constantFrom('a', 'B', '0', ' ', '=', ',', '"'), maxLength: 12 });

test('signs whatever is asked as another implementation does', () => {
  const signer = new Signer();
  fc.assert(
    fc.property(
      fc.record({
        method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD'),
        key: anyText.filter((key) => !/(^|\/)\.{0,2}(\/|$)/.test(key)),
        query: fc.dictionary(anyName, anyText, { maxKeys: 4 }),
        headers: fc.dictionary(
          fc.constantFrom('Content-Type', 'Content-MD5', 'If-Match', 'X-Amz-Meta-A', 'x-amz-meta-b'),
          anyHeaderValue,
        ),
        region: fc.constantFrom('eu-west-1', 'us-east-1'),
        sessionToken: fc.option(fc.constantFrom('token/one', 'token+two'), { nil: undefined }),
        time: fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
      }),
      ({ method, key, query, headers, region, sessionToken, time }) => {
        const path = `/${encodedKey(key)}`;
        const queryText = Object.entries(query)
          .map(([name, value]) => [encodedText(name), encodedText(value)] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, value]) => `${name}=${value}`)
          .join('&');
        const who = { ...credentials, ...(sessionToken !== undefined && { sessionToken }) };
        const all = { ...headers, Host };
        const own = signer.sign(
          { method, path, query: queryText, headers: all },
          { region, credentials: who, now: time },
        );
        const theirs = aws4.sign(
          {
            service: 's3',
            region,
            method,
            host: Host,
            path: queryText === '' ? path : `${path}?${queryText}`,
            headers: {
              ...all,
              'X-Amz-Date': own['X-Amz-Date'] ?? '',
              'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
            },
          },
          who,
        );
        expect(signatureIn(own)).toBe(signatureIn(theirs.headers as Record<string, string>));
      },
    ),
  );
});

test('signs anew for another day, region or secret', () => {
  const signer = new Signer();
  const request = { method: 'GET', path: '/a', query: '', headers: { Host } };
  const sign = (change: object) =>
    signatureIn(signer.sign(request, { region: 'us-east-1', credentials, now, ...change }));
  const first = sign({});
  const others = [
    sign({ now: new Date('2013-05-25T00:00:00Z') }),
    sign({ region: 'eu-west-1' }),
    sign({ credentials: { ...credentials, secretAccessKey: 'other' } }),
  ];
  expect(new Set([first, ...others]).size).toBe(4);
  expect(sign({})).toBe(first);
});
