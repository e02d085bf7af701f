/** One HTTP exchange: through the SDK's handler where one is given, else by Node's own client, which is ten times as fast. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
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

/** No byte came for so long: the connection is taken for dead. */
const idleMilliseconds = 15_000;

/** Some 3,000 requests a second at 20 ms an answer, and within what S3 takes of one prefix. */
const mostSockets = 64;

const agentOptions = { keepAlive: true, maxSockets: mostSockets, scheduling: 'lifo' as const };

/** Sends by Node's own client, over connections that are kept. */
export class Wire {
  #http: HttpAgent | undefined;
  #https: HttpsAgent | undefined;

  exchange({ method, address, path, headers, body }: Message): Promise<Answer> {
    const { protocol, hostname, port } = address;
    const isPlain = protocol === 'http:';
    return new Promise((resolve, reject) => {
      const options = { method, host: hostname, ...(port !== undefined && { port }), path, headers };
      const request = isPlain
        ? httpRequest({ ...options, agent: this.#plainAgent() })
        : httpsRequest({ ...options, agent: this.#secureAgent() });
      request.setTimeout(idleMilliseconds, () =>
        request.destroy(timeoutError(`No answer from ${hostname} in ${idleMilliseconds} ms`)),
      );
      request.on('error', reject);
      request.on('response', (response) => resolve(answerOf(response)));
      request.end(body);
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

const answerOf = (response: IncomingMessage): Answer => ({
  status: response.statusCode ?? 0,
  headers: response.headers as Record<string, string>,
  body: response,
});

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
  const { response }: { response: HttpResponse } = await handler.handle(request, {
    requestTimeout: idleMilliseconds,
  });
  return { status: response.statusCode, headers: response.headers, body: response.body as Readable };
}

/** The whole body; what breaks off before the length that was announced is an error, never a shorter body. */
export async function collected({ body, headers }: Answer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  const announced = headers['content-length'];
  if (announced !== undefined && Number(announced) !== all.length) {
    const message = `The answer broke off after ${all.length} of ${announced} bytes`;
    throw Object.assign(new Error(message), { code: 'ECONNRESET' });
  }
  return all;
}
