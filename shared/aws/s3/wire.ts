/** One HTTP exchange: through the SDK's handler where one is given, else by Node's own client. */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { HttpRequest } from '@smithy/core/protocols';
import type { HttpHandlerOptions, HttpResponse, RequestHandler } from '@smithy/types';
import type { Address } from './endpoint.ts';

// biome-ignore lint/suspicious/noExplicitAny: the SDK's own handlers are typed so
export type Handler = RequestHandler<any, any, HttpHandlerOptions>;

export interface Message {
  method: string;
  address: Address;
  /** With its query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array | undefined;
}

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Readable;
}

/** Some 3,000 requests a second at 20 ms an answer, and within what S3 takes of one prefix. */
const mostSockets = 64;

const agentOptions = { keepAlive: true, maxSockets: mostSockets, scheduling: 'lifo' as const };

/** Sends by Node's own client, over connections that are kept. */
export class Wire {
  readonly #idleMilliseconds: number;
  #http: HttpAgent | undefined;
  #https: HttpsAgent | undefined;

  constructor(idleMilliseconds = 15_000) {
    this.#idleMilliseconds = idleMilliseconds;
  }

  exchange({ method, address, path, headers, body }: Message): Promise<Answer> {
    const { protocol, hostname, port, host } = address;
    const options = {
      method,
      host: hostname.replace(/^\[(.*)\]$/, '$1'), // IPv6
      ...(port !== undefined && { port }),
      path,
      headers: waits(body) ? { ...headers, Expect: '100-continue' } : headers,
      // As an option, it holds while the connection is made, too.
      timeout: this.#idleMilliseconds,
    };
    return new Promise((resolve, reject) => {
      const request =
        protocol === 'http:'
          ? httpRequest({ ...options, agent: this.#plainAgent() })
          : httpsRequest({ ...options, agent: this.#secureAgent() });
      request.on('timeout', () =>
        request.destroy(timeoutError(`No byte from ${hostname} in ${this.#idleMilliseconds} ms`)),
      );
      request.on('error', (error) => reject(unanswered(`${protocol}//${host}`, error)));
      request.on('response', (response) => resolve(answerOf(response)));
      if (waits(body)) sendOnceWelcome(request, body);
      else request.end(body);
    });
  }

  #plainAgent(): HttpAgent {
    this.#http ??= new HttpAgent(agentOptions);
    return this.#http;
  }

  #secureAgent(): HttpsAgent {
    this.#https ??= new HttpsAgent(agentOptions);
    return this.#https;
  }
}

/** The SDK's own bound. */
const longBody = 2 * 1024 * 1024;

const waits = (body: Uint8Array | undefined): boolean => body !== undefined && body.length >= longBody;

/**
 * S3 refuses or redirects what is long before it has come, and hangs up: who is still writing then never reads
 * why. User guide, "Making requests using REST": "100-continue".
 */
function sendOnceWelcome(request: ClientRequest, body: Uint8Array | undefined): void {
  const send = () => {
    if (!request.writableEnded) request.end(body);
  };
  let unasked: NodeJS.Timeout | undefined;
  const giveUp = () => clearTimeout(unasked);
  request.once('socket', (socket) => {
    // Who does not know of it waits for the body. It cannot answer before it is connected.
    const wait = () => {
      if (!request.writableEnded) unasked = setTimeout(send, 1_000);
    };
    if (socket.connecting) socket.once('encrypted' in socket ? 'secureConnect' : 'connect', wait);
    else wait();
  });
  request.once('continue', () => {
    giveUp();
    // It may come late, when the body is on its way already.
    send();
  });
  request.once('response', (response) => {
    giveUp();
    response.once('end', () => {
      if (!request.writableEnded) request.destroy();
    });
  });
  request.once('close', giveUp);
}

const answerOf = (response: IncomingMessage): Answer => ({
  status: response.statusCode ?? 0,
  headers: response.headers as Record<string, string>,
  body: response,
});

/** Node's own words name an address at best: of a wrong endpoint a person has to know which. */
function unanswered(from: string, error: NodeJS.ErrnoException): Error {
  if (error.name === 'TimeoutError') return error;
  // Where a name has several addresses, the error of all of them has no message.
  const why = error.message || error.code;
  return Object.assign(new Error(`No answer from ${from}: ${why}`, { cause: error }), { code: error.code });
}

const timeoutError = (message: string): Error => Object.assign(new Error(message), { name: 'TimeoutError' });

/** Sends through a handler of the SDK. */
export async function exchangeThrough(
  handler: Handler,
  { method, address, path, headers, body }: Message,
): Promise<Answer> {
  const { protocol, hostname, port } = address;
  const [pathname = '/', query = ''] = path.split('?');
  const request = new HttpRequest({
    method,
    protocol,
    hostname,
    ...(port !== undefined && { port }),
    path: pathname,
    query: Object.fromEntries(new URLSearchParams(query)),
    headers: { ...headers },
    body,
  });
  const { response }: { response: HttpResponse } = await handler.handle(request);
  return { status: response.statusCode, headers: response.headers, body: response.body as Readable };
}

/** The whole body; what breaks off before the length that was announced is an error, never a shorter body. */
export function collected({ body, headers }: Answer): Promise<Buffer> {
  // Events: an iterator over a stream takes as long as the rest of a small exchange.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    body.on('data', (chunk: Buffer) => chunks.push(chunk));
    body.on('error', reject);
    // Comes last; of a stream that was ended from outside, alone. To make an error takes longer than all else here.
    body.on('close', () => {
      if (!body.readableEnded) reject(brokenOff('The answer broke off'));
    });
    body.on('end', () => {
      const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      const announced = headers['content-length'];
      if (announced === undefined || Number(announced) === all.length) resolve(all);
      else reject(brokenOff(`The answer broke off after ${all.length} of ${announced} bytes`));
    });
  });
}

const brokenOff = (message: string): Error => Object.assign(new Error(message), { code: 'ECONNRESET' });
