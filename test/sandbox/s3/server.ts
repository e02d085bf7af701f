/** The in-memory S3 by itself, for benchmarks: any S3 client works with it as with AWS. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Body, BodyReader } from './body.ts';
import { answerBucket } from './buckets.ts';
import type { S3Answer } from './call.ts';
import { S3Refusal } from './refusal.ts';
import { readRequest, type S3Request } from './request.ts';
import { complete, MemoryS3, refusalAnswer } from './s3.ts';

export interface S3ServerOptions {
  /** Default: one that is free. */
  port?: number;
  /** Made before the first request. */
  buckets?: readonly string[];
  /** Added to every answer: what a network would. Default: 0. */
  latencyMilliseconds?: number;
  /** Default: this machine's clock. */
  now?: () => Date;
}

/** What was asked since the start, or the last `forgetTraffic`. */
export interface Traffic {
  requests: number;
  /** `{ PutObject: 50, … }` */
  byAction: Record<string, number>;
  /** Of bodies, as they were sent. */
  bytesIn: number;
  bytesOut: number;
}

export interface S3Server {
  url: string;
  readonly traffic: Traffic;
  forgetTraffic(): void;
  /** To look at, and to fill. */
  s3: MemoryS3;
  close(): Promise<void>;
}

const noTraffic = (): Traffic => ({ requests: 0, byAction: {}, bytesIn: 0, bytesOut: 0 });

/**
 * @example
 * const server = await startS3Server({ buckets: ['site'] });
 * // AWS_ENDPOINT_URL_S3=<server.url> aws s3 sync public s3://site
 */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const { now = () => new Date() } = options;
  const s3 = new MemoryS3({ now });
  for (const name of options.buckets ?? []) s3.makeBucket(name, { isVersioned: false, hasKms: false });
  let traffic = noTraffic();

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    if (incoming.url === '/_s3/traffic') {
      response.end(JSON.stringify(traffic));
      if (incoming.method === 'POST') traffic = noTraffic();
      return;
    }
    const request = readRequest(incoming.method ?? 'GET', incoming.url ?? '/', incoming.headers);
    traffic.requests += 1;
    traffic.byAction[request.action] = (traffic.byAction[request.action] ?? 0) + 1;
    const answered = await answerTo(request, incoming);
    if (options.latencyMilliseconds) await sleep(options.latencyMilliseconds);
    const full = complete(request, answered, now(), String(traffic.requests));
    traffic.bytesOut += full.pieces.reduce((sum, { length }) => sum + length, 0);
    await write(response, request, full);
  }

  async function answerTo(request: S3Request, incoming: IncomingMessage): Promise<S3Answer> {
    try {
      const body = await receive(incoming, (bytes) => {
        traffic.bytesIn += bytes;
      });
      return answerBucket(s3, request, body) ?? s3.answer(request, body, undefined);
    } catch (error) {
      if (error instanceof S3Refusal) return refusalAnswer(request, error, 'local');
      throw error;
    }
  }

  const server = createServer((incoming, response) => {
    // Who went away needs no answer; anything else is a mistake of ours, and is told.
    serve(incoming, response).catch((error: unknown) => {
      if (response.destroyed) return;
      response.writeHead(500).end(String(error));
    });
  });
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the local S3 has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    s3,
    get traffic() {
      return traffic;
    },
    forgetTraffic: () => {
      traffic = noTraffic();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** @throws S3Refusal once all has come: a client that is still sending would not read it */
function receive(incoming: IncomingMessage, count: (bytes: number) => void): Promise<Body> {
  const reader = new BodyReader(incoming.headers);
  let refusal: unknown;
  return new Promise((resolve, reject) => {
    incoming.on('data', (chunk: Buffer) => {
      count(chunk.length);
      if (refusal !== undefined) return;
      try {
        reader.push(chunk);
      } catch (error) {
        refusal = error;
      }
    });
    incoming.on('error', reject);
    incoming.on('end', () => {
      try {
        if (refusal !== undefined) throw refusal as Error;
        resolve(reader.end());
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}

async function write(response: ServerResponse, { method }: S3Request, answered: S3Answer): Promise<void> {
  const { status, headers, pieces } = answered;
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const isBare = method === 'HEAD' || status === 204 || status === 304;
  response.writeHead(status, isBare ? headers : { ...headers, 'content-length': length });
  if (pieces.length <= 1) response.end(pieces[0]);
  else await pipeline(Readable.from(pieces), response);
}
