/** What is sent to S3 is signed as AWS's own signer signs it. */

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client as SdkClient } from '@aws-sdk/client-s3';
import { HttpRequest } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type S3Request, s3Client } from '../../shared/aws/s3/client.ts';

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
