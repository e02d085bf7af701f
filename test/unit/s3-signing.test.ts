/** What is sent to S3 is signed as in AWS's own examples, as its own signer does it, and as another one. */

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client as SdkClient } from '@aws-sdk/client-s3';
import { HttpRequest } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import aws4 from 'aws4';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type S3Request, s3Client } from '../../shared/aws/s3/client.ts';
import { encodedKey, encodedText } from '../../shared/aws/s3/endpoint.ts';
import { Signer } from '../../shared/aws/s3/signing.ts';

const region = 'eu-west-1';
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'FwoGZXIvYXdzEXAMPLE//+=',
};

const got: IncomingMessage[] = [];
const server = createServer((request, response) => {
  got.push(request);
  request.resume().on('end', () => response.end());
});
let endpoint = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const clients = {
  'its own connections': () => s3Client({ endpoint, region, credentials }),
  "the SDK's handler": () =>
    s3Client({ endpoint, region, credentials, requestHandler: new NodeHttpHandler() }),
};

/** As it came over the wire. */
async function sent(client: ReturnType<typeof s3Client>, request: S3Request): Promise<IncomingMessage> {
  await client.send(request);
  const message = got.pop();
  if (!message) throw new Error('Nothing was sent');
  return message;
}

/** Blanks between its fields do not matter. */
const authorizationOf = ({ headers }: IncomingMessage) => (headers.authorization ?? '').replaceAll(', ', ',');

/** What the SDK's signer makes of the very request that came: its path as sent, its query and signed headers. */
async function signedBySdk(message: IncomingMessage): Promise<string> {
  const { method = '', url = '', headers } = message;
  const [path = '', query = ''] = url.split('?');
  const signedNames = /SignedHeaders=([^,]+)/.exec(authorizationOf(message))?.[1]?.split(';') ?? [];
  const time = String(headers['x-amz-date']).replace(
    /(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\d)Z/,
    '$1-$2-$3:$4:$5Z',
  );
  const sdk = new SdkClient({ region, credentials });
  const signer = await sdk.config.signer({
    name: 'sigv4',
    signingName: 's3',
    signingRegion: region,
    properties: {},
  });
  const request = await signer.sign(
    new HttpRequest({
      method,
      protocol: 'http:',
      hostname: '127.0.0.1',
      path,
      query: Object.fromEntries(new URLSearchParams(query)),
      headers: Object.fromEntries(signedNames.map((name) => [name, String(headers[name])])),
    }),
    {
      signingDate: new Date(time),
      signingRegion: region,
      signingService: 's3',
      signableHeaders: new Set(signedNames),
    },
  );
  sdk.destroy();
  return String(request.headers['authorization']).replaceAll(', ', ',');
}

describe.each(Object.entries(clients))('over %s', (_how, connect) => {
  test.each([
    ["a b/ü+'()*~&x.txt"],
    ['100%/a+b%20c%2Fd.txt'],
    ['/leading//twice/'],
    ['why?versionId=1&x=2#part'],
    ['./../dots/.'],
    ['line\nend\ttab'],
    ['\u{1f600}'],
  ])('signs the key %j as the SDK does', async (key) => {
    const message = await sent(connect(), { method: 'GET', bucket: 'site', key });
    expect(message.url).toMatch(/^[\w/.~%-]+$/);
    expect(decodeURIComponent(message.url ?? '')).toBe(`/site/${key}`);
    expect(authorizationOf(message)).toBe(await signedBySdk(message));
  });

  test.each<[string, Partial<S3Request>]>([
    ['a listing', { query: { 'list-type': '2', prefix: "a b/+&='()*~é", 'continuation-token': '1/+==?' } }],
    ['a parameter without a value', { method: 'POST', query: { uploads: '' } }],
    ['a parameter that is left out', { query: { versionId: undefined } }],
    ['names whose order is not that of letters', { query: { 'upload-id-marker': 'a', uploads: '', Z: '1' } }],
    [
      'a write with headers',
      {
        method: 'PUT',
        body: Buffer.from('content'),
        headers: {
          'Content-Type': 'text/html; charset=utf-8',
          'Cache-Control': 'no-cache,  max-age=0 ',
          'X-Amz-Meta-Name': 'a  b',
          'If-Match': '"0123"',
        },
      },
    ],
    ['a copy', { method: 'PUT', headers: { 'X-Amz-Copy-Source': '/site/a%20b' } }],
  ])('signs %s as the SDK does', async (_what, request) => {
    const message = await sent(connect(), { method: 'GET', bucket: 'site', key: 'key', ...request });
    expect(authorizationOf(message)).toBe(await signedBySdk(message));
  });

  test('signs every key and every value of a query as the SDK does', async () => {
    const client = connect();
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, text, async (key, value) => {
        const message = await sent(client, { method: 'GET', bucket: 'site', key, query: { prefix: value } });
        const [path, query] = (message.url ?? '').split('?');
        expect(decodeURIComponent(path ?? '')).toBe(`/site/${key}`);
        expect(new URLSearchParams(query).get('prefix')).toBe(value);
        expect(authorizationOf(message)).toBe(await signedBySdk(message));
      }),
      { numRuns: 100 },
    );
  });
});

test('signs what AWS requires, and shows the session token', async () => {
  const message = await sent(clients['its own connections'](), { method: 'GET', bucket: 'site', key: 'a' });
  expect(authorizationOf(message)).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/\d{8}\/eu-west-1\/s3\/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,/,
  );
  expect(message.headers).toMatchObject({
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    'x-amz-security-token': credentials.sessionToken,
  });
});

test('asks for new credentials five minutes before they end', async () => {
  let asked = 0;
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);
  const provider = async () => {
    asked += 1;
    return { ...credentials, accessKeyId: `KEY${asked}`, expiration: inMinutes(asked === 1 ? 4 : 60) };
  };
  const client = s3Client({ endpoint, region, credentials: provider });
  const keys: string[] = [];
  for (const key of ['a', 'b', 'c']) {
    const message = await sent(client, { method: 'GET', bucket: 'site', key });
    keys.push(/Credential=(\w+)/.exec(authorizationOf(message))?.[1] ?? '');
  }
  expect(keys).toEqual(['KEY1', 'KEY2', 'KEY2']);
});

/** The examples of S3's API reference, "Signature Calculations for the Authorization Header". */
const { sessionToken: _, ...keys } = credentials;
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
    const signed = new Signer().sign(
      { ...request, headers },
      { region: 'us-east-1', credentials: keys, now },
    );
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
        const who = { ...keys, ...(sessionToken !== undefined && { sessionToken }) };
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
    signatureIn(signer.sign(request, { region: 'us-east-1', credentials: keys, now, ...change }));
  const first = sign({});
  const others = [
    sign({ now: new Date('2013-05-25T00:00:00Z') }),
    sign({ region: 'eu-west-1' }),
    sign({ credentials: { ...keys, secretAccessKey: 'other' } }),
  ];
  expect(new Set([first, ...others]).size).toBe(4);
  expect(sign({})).toBe(first);
});
