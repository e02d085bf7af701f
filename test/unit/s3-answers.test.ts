/** What the S3 client makes of answers that are no success, and of connections that break. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { promisify } from 'node:util';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, describe, expect, test } from 'vitest';
import { natureOf } from '../../shared/aws/errors.ts';
import { s3Client } from '../../shared/aws/s3/client.ts';
import { copyObject } from '../../shared/aws/s3/copy.ts';
import { deleteObjects } from '../../shared/aws/s3/delete.ts';
import { listObjects } from '../../shared/aws/s3/listing.ts';
import { listUploads } from '../../shared/aws/s3/multipart.ts';
import { headObject, putObject, readObject } from '../../shared/aws/s3/objects.ts';
import type { S3 } from '../../shared/aws/s3/s3.ts';
import { collected, Wire } from '../../shared/aws/s3/wire.ts';
import { systemClock } from '../../shared/clock.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const patience = { clock: systemClock, random: () => 0, timeLeft: () => 0 };
const name = { bucket: 'site', key: 'a' };

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function placeOf(listener: RequestListener): Promise<S3> {
  const endpoint = await serve(listener);
  return { s3: s3Client({ endpoint, region: 'us-east-1', credentials }), patience };
}

const ofS3 = { 'x-amz-request-id': 'REQUEST' };
const error = (code: string, more = '') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Why</Message>${more}</Error>`;

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

async function listed(place: S3): Promise<void> {
  for await (const _ of listObjects(place, 'site', ''));
}

describe('a refusal', () => {
  test.each([
    ['403 with its code', 403, ofS3, error('AccessDenied'), 'AccessDenied', 'refused'],
    ['404 of a bucket', 404, ofS3, error('NoSuchBucket'), 'NoSuchBucket', 'refused'],
    ['503', 503, ofS3, error('SlowDown'), 'SlowDown', 'throttled'],
    ['500', 500, ofS3, error('InternalError'), 'InternalError', 'unknown-outcome'],
    [
      '409 of two writes at once',
      409,
      ofS3,
      error('ConditionalRequestConflict'),
      'ConditionalRequestConflict',
      'throttled',
    ],
    ["a proxy's page", 403, {}, '<html><p>Blocked<br></html>', 'Http403', 'refused'],
    ["a proxy's 404", 404, {}, '<html><body>Not found</body></html>', 'Http404', 'refused'],
    ['404 with nothing', 404, {}, '', 'Http404', 'refused'],
    ['502 with nothing', 502, {}, '', 'Http502', 'unknown-outcome'],
    ['XML that is no error', 400, ofS3, '<Other/>', 'Http400', 'refused'],
  ])('is told as it is: %s', async (_what, status, headers, body, code, nature) => {
    const place = await placeOf((_request, response) => response.writeHead(status, headers).end(body));
    const thrown = await failureOf(readObject(place, name));
    expect(thrown).toMatchObject({ name: code, $metadata: { httpStatusCode: status } });
    expect((thrown as Error).message).toContain('GET s3://site/a: ');
    expect(natureOf(thrown)).toBe(nature);
  });

  test.each([
    [403, ofS3, 'Forbidden', 'refused'],
    [412, ofS3, 'PreconditionFailed', 'conflict'],
    [503, ofS3, 'SlowDown', 'throttled'],
    [404, {}, 'Http404', 'refused'],
  ])('of a HEAD is read from its status: %j %j', async (status, headers, code, nature) => {
    const place = await placeOf((_request, response) => response.writeHead(status, headers).end());
    const thrown = await failureOf(headObject(place, name));
    expect([(thrown as Error).name, natureOf(thrown)]).toEqual([code, nature]);
  });

  test("of a HEAD is absence where S3 says 404, and says it's S3", async () => {
    const place = await placeOf((_request, response) => response.writeHead(404, ofS3).end());
    expect(await headObject(place, name)).toBeUndefined();
  });

  test.each([
    ['a listing', listed],
    ['a deletion of many', (place: S3) => deleteObjects(place, 'site', [{ key: 'a' }])],
    ['a copy', (place: S3) => copyObject(place, { from: name, to: name, size: 1 })],
    ['a list of uploads', (place: S3) => listUploads(place, 'site', '').next()],
  ])('that comes with status 200 is no success: %s', async (_what, ask) => {
    const place = await placeOf((_request, response) =>
      response.writeHead(200, ofS3).end(error('InternalError')),
    );
    const thrown = await failureOf(ask(place));
    expect(String(thrown)).toContain('InternalError');
    const plain = await placeOf((_request, response) => response.end('<html></html>'));
    expect(await failureOf(ask(plain))).toBeInstanceOf(Error);
  });

  test('of what is long comes before it is sent', async () => {
    let received = 0;
    const refuse: RequestListener = (request, response) => {
      response.writeHead(403, { ...ofS3, connection: 'close' }).end(error('AccessDenied'));
      request.socket.once('close', () => {
        received = request.socket.bytesRead;
      });
    };
    const place = await placeOf(refuse);
    server?.on('checkContinue', refuse);
    const thrown = await failureOf(putObject(place, name, Buffer.alloc(64 * 1024 * 1024)));
    expect((thrown as Error).name).toBe('AccessDenied');
    await expect.poll(() => received).toBeGreaterThan(0);
    expect(received).toBeLessThan(10_000);
  });
});

test('sends what is long also to one that never says it may', async () => {
  let length = 0;
  const place = await placeOf(() => {});
  server?.on('checkContinue', (request: IncomingMessage, response) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
    });
    request.on('end', () => response.writeHead(200, { etag: '"e"' }).end());
  });
  expect(await putObject(place, name, Buffer.alloc(3_000_000))).toMatchObject({ etag: 'e' });
  expect(length).toBe(3_000_000);
});

test('sends what is long once, though the word to do so comes after it was sent without', async () => {
  let length = 0;
  const place = await placeOf(() => {});
  server?.on('checkContinue', (request: IncomingMessage, response) => {
    // Nothing is read before: what is large is still being written then.
    setTimeout(() => {
      response.writeContinue();
      request.on('data', (chunk: Buffer) => {
        length += chunk.length;
      });
      request.on('end', () => response.writeHead(200, { etag: '"e"' }).end());
    }, 1_200);
  });
  expect(await putObject(place, name, Buffer.alloc(9_000_000))).toMatchObject({ etag: 'e' });
  expect(length).toBe(9_000_000);
});

describe('a bucket in another region', () => {
  const regionOf = ({ headers }: IncomingMessage) =>
    /\/\d{8}\/([\w-]+)\//.exec(headers.authorization ?? '')?.[1];
  const elsewhere = { ...ofS3, 'x-amz-bucket-region': 'eu-west-1' };

  test.each([
    ['301 with a header', 301, elsewhere, error('PermanentRedirect')],
    ['307 of a young bucket', 307, elsewhere, error('TemporaryRedirect')],
    ['400 with a header', 400, elsewhere, error('AuthorizationHeaderMalformed')],
    [
      '400 with the region in its body',
      400,
      ofS3,
      error('AuthorizationHeaderMalformed', '<Region>eu-west-1</Region>'),
    ],
  ])('is asked there, and from then on: %s', async (_what, status, headers, body) => {
    const asked: (string | undefined)[] = [];
    const place = await placeOf((request, response) => {
      const region = regionOf(request);
      asked.push(region);
      if (region === 'eu-west-1') response.writeHead(200, { etag: '"e"', 'content-length': 0 }).end();
      else response.writeHead(status, headers).end(body);
    });
    await putObject(place, name, Buffer.from('a'));
    await putObject(place, name, Buffer.from('a'));
    expect(asked).toEqual(['us-east-1', 'eu-west-1', 'eu-west-1']);
  });

  test('is found by a HEAD, too', async () => {
    const place = await placeOf((request, response) => {
      if (regionOf(request) === 'eu-west-1') response.writeHead(404, ofS3).end();
      else response.writeHead(400, elsewhere).end();
    });
    expect(await headObject(place, name)).toBeUndefined();
  });

  test('is not asked for ever where two regions point to each other', async () => {
    let asked = 0;
    const place = await placeOf((request, response) => {
      asked += 1;
      const region = regionOf(request) === 'eu-west-1' ? 'us-east-1' : 'eu-west-1';
      response.writeHead(301, { ...ofS3, 'x-amz-bucket-region': region }).end(error('PermanentRedirect'));
    });
    const thrown = await failureOf(readObject(place, name));
    expect([(thrown as Error).name, natureOf(thrown), asked]).toEqual(['PermanentRedirect', 'refused', 2]);
  });

  test('leaves other buckets where they are', async () => {
    const asked: string[] = [];
    const place = await placeOf((request, response) => {
      asked.push(`${request.url} ${regionOf(request)}`);
      const isThere = request.url?.startsWith('/site/') === false || regionOf(request) === 'eu-west-1';
      if (isThere) response.writeHead(404, ofS3).end(error('NoSuchKey'));
      else response.writeHead(301, elsewhere).end(error('PermanentRedirect'));
    });
    await readObject(place, name);
    await readObject(place, { bucket: 'other', key: 'a' });
    expect(asked).toEqual(['/site/a us-east-1', '/site/a eu-west-1', '/other/a us-east-1']);
  });
});

describe.each([
  ['its own connections', () => undefined],
  ["the SDK's handler", () => new NodeHttpHandler({ requestTimeout: 100, throwOnRequestTimeout: true })],
])('a broken connection over %s has an unknown outcome', (_how, handler) => {
  const place = async (listener: RequestListener): Promise<S3> => {
    const endpoint = await serve(listener);
    const requestHandler = handler();
    const given = requestHandler && { requestHandler };
    return { s3: s3Client({ endpoint, region: 'us-east-1', credentials, ...given }), patience };
  };
  const head = { etag: '"e"', 'last-modified': 'Sat, 21 Nov 2026 10:00:00 GMT', ...ofS3 };

  test.each<[string, RequestListener]>([
    ['before the answer', (request) => request.socket.destroy()],
    ['with a reset', (request) => request.socket.resetAndDestroy()],
    [
      'in the middle of a body whose length was told',
      (request, response) => {
        response.writeHead(200, { ...head, 'content-length': 1_000 }).write('x'.repeat(400));
        setTimeout(() => request.socket.destroy(), 20);
      },
    ],
    [
      'at the end of a body whose length was told, in good order',
      (request, response) => {
        response.writeHead(200, { ...head, 'content-length': 1_000 }).write('x'.repeat(400));
        setTimeout(() => request.socket.end(), 20);
      },
    ],
    [
      'in the middle of chunks',
      (request, response) => {
        response.writeHead(200, head).write('x'.repeat(400));
        setTimeout(() => request.socket.destroy(), 20);
      },
    ],
    [
      'right after its head',
      (request, response) => {
        response.writeHead(200, { ...head, 'content-length': 1_000 }).flushHeaders();
        request.socket.destroySoon();
      },
    ],
  ])('%s', async (_what, listener) => {
    const thrown = await failureOf(readObject(await place(listener), name));
    expect(thrown).toBeInstanceOf(Error);
    expect(natureOf(thrown)).toBe('unknown-outcome');
  });

  test('where no one listens', async () => {
    const there = await place(() => {});
    const closed = once(server as Server, 'close');
    server?.close();
    await closed;
    expect(natureOf(await failureOf(readObject(there, name)))).toBe('unknown-outcome');
  });
});

test.each([
  ['where no one listens', 'http://127.0.0.1:9', /^No answer from http:\/\/127\.0\.0\.1:9: .*ECONNREFUSED/],
  [
    'a name of several addresses',
    'http://localhost:9',
    /^No answer from http:\/\/localhost:9: .*ECONNREFUSED/,
  ],
  ['a host that is not there', 'http://s3.invalid', /^No answer from http:\/\/s3\.invalid: getaddrinfo E/],
])('says from which endpoint there is no answer: %s', async (_what, endpoint, message) => {
  const s3 = s3Client({ endpoint, region: 'us-east-1', credentials });
  const thrown = await failureOf(readObject({ s3, patience }, name));
  expect((thrown as Error).message).toMatch(message);
  expect(natureOf(thrown)).toBe('unknown-outcome');
});

test('says from which endpoint no TLS comes, and does not ask again', async () => {
  const endpoint = (await serve(() => {})).replace('http:', 'https:');
  const s3 = s3Client({ endpoint, region: 'us-east-1', credentials });
  const thrown = await failureOf(readObject({ s3, patience }, name));
  expect((thrown as Error).message).toContain(`No answer from ${endpoint}: `);
  expect(natureOf(thrown)).toBe('unclear');
});

describe('a connection', () => {
  const message = (url: string, path = '/') => {
    const { hostname, port, host } = new URL(url);
    const address = { protocol: 'http:' as const, hostname, port: Number(port), host, basePath: '/' };
    return { method: 'GET', address, path, headers: { Host: host }, body: undefined };
  };

  test.each<[string, RequestListener]>([
    ['before an answer', () => {}],
    ['within one', (_request, response) => void response.writeHead(200, { 'content-length': 9 }).write('x')],
  ])('is given up when no byte comes, with an unknown outcome: %s', async (_what, listener) => {
    const url = await serve(listener);
    const wire = new Wire(50);
    const thrown = await failureOf(wire.exchange(message(url)).then(collected));
    expect(natureOf(thrown)).toBe('unknown-outcome');
  });

  test('serves many requests, one after the other', async () => {
    const sockets = new Set<Socket>();
    const url = await serve((request, response) => {
      sockets.add(request.socket);
      response.end('x');
    });
    const wire = new Wire(50);
    await collected(await wire.exchange(message(url)));
    await new Promise((resolve) => setTimeout(resolve, 80)); // longer than what a request may be idle
    for (let count = 0; count < 5; count += 1) await collected(await wire.exchange(message(url)));
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  test('is freed when who reads a body leaves midway, or never begins', async () => {
    const url = await serve((_request, response) => void response.end(Buffer.alloc(10_000_000)));
    const wire = new Wire(100);
    const open = () =>
      new Promise<number>((resolve) => server?.getConnections((_error, count) => resolve(count)));
    const { body } = await wire.exchange(message(url));
    for await (const _ of body) break;
    await expect.poll(open).toBe(0);
    await wire.exchange(message(url));
    expect(await open()).toBe(1);
    await expect.poll(open).toBe(0);
  });

  test('that is kept does not keep the process', async () => {
    const url = await serve(
      (_request, response) => void response.writeHead(404, ofS3).end(error('NoSuchKey')),
    );
    if (server) server.keepAliveTimeout = 120_000; // longer than the test waits
    const script = `
      import { s3Client } from '${new URL('../../shared/aws/s3/client.ts', import.meta.url).href}';
      const s3 = s3Client({ endpoint: '${url}', region: 'us-east-1', credentials: ${JSON.stringify(credentials)} });
      await s3.send({ method: 'GET', bucket: 'site', key: 'a' }).catch(() => {});
      process.stdout.write('done');`;
    const child = ['--import', 'tsx', '--input-type=module', '-e', script];
    const { stdout } = await promisify(execFile)(process.execPath, child, { timeout: 30_000 });
    expect(stdout).toBe('done');
  });
});
