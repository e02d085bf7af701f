/** One signed request, tried again where that is safe. */
import { HttpRequest } from '@smithy/core/protocols';
import { streamCollector } from '@smithy/node-http-handler';
import type { HttpHandlerOptions, HttpResponse, RequestHandler } from '@smithy/types';
import type { Endpoint } from './endpoint.ts';
import { isSimpleDbError, SimpleDbError } from './errors.ts';
import { type Parameters, type SigningCredentials, signedForm } from './signature-v2.ts';
import { child, find, parseXml, type XmlElement } from './xml.ts';

export interface Transport {
  endpoint: () => Promise<Endpoint>;
  credentials: () => Promise<SigningCredentials>;
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own handlers are typed so
  requestHandler: RequestHandler<any, any, HttpHandlerOptions>;
  maxAttempts: number;
  requestTimeoutMilliseconds: number;
  sleep: (milliseconds: number) => Promise<void>;
  random: () => number;
}

/** Full jitter: any wait from none to the exponential one. */
const backoff = { firstMilliseconds: 100, mostMilliseconds: 5_000 };

/**
 * Sends an action and answers the root of its XML.
 *
 * @param conditional the action writes on a condition: it is tried again only if it cannot have been
 *   carried out, since its own first success would make the second fail
 */
export async function send(
  transport: Transport,
  parameters: Parameters,
  { conditional = false }: { conditional?: boolean } = {},
): Promise<XmlElement> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendOnce(transport, parameters);
    } catch (error) {
      if (attempt >= transport.maxAttempts || !isRetryable(error, conditional)) throw error;
      const longest = Math.min(backoff.mostMilliseconds, backoff.firstMilliseconds * 2 ** attempt);
      await transport.sleep(Math.round(transport.random() * longest));
    }
  }
}

function isRetryable(error: unknown, conditional: boolean): boolean {
  if (!isSimpleDbError(error)) return false;
  if (conditional && error.maybeExecuted) return false;
  return error.maybeExecuted || isThrottle(error) || error.name === 'ConnectionError';
}

/** Refused before any work was done. 503 says "too many requests", in SimpleDB's own words. */
function isThrottle({ name, status }: SimpleDbError): boolean {
  return status === 503 || status === 429 || /^(Request)?(Throttl|LimitExceeded)/.test(name);
}

async function sendOnce(transport: Transport, parameters: Parameters): Promise<XmlElement> {
  const [endpoint, credentials] = await Promise.all([transport.endpoint(), transport.credentials()]);
  const { protocol, hostname, port, path, host } = endpoint;
  const form = signedForm({ method: 'POST', host, path, parameters }, credentials, new Date());
  const request = new HttpRequest({
    method: 'POST',
    protocol,
    hostname,
    ...(port !== undefined && { port }),
    path,
    headers: {
      host,
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'content-length': String(form.length), // the form is ASCII
    },
    body: form,
  });
  const { status, body } = await exchange(transport, request);
  const answer = parseAnswer(body, status);
  if (status !== 200) throw answeredError(answer, status);
  if (answer.name !== `${parameters['Action']}Response`) throw unreadable(status);
  return answer;
}

async function exchange(
  transport: Transport,
  request: HttpRequest,
): Promise<{ status: number; body: Uint8Array }> {
  const abort = new AbortController();
  const milliseconds = transport.requestTimeoutMilliseconds;
  const timer = setTimeout(() => abort.abort(), milliseconds);
  try {
    const { response }: { response: HttpResponse } = await transport.requestHandler.handle(request, {
      abortSignal: abort.signal,
    });
    return { status: response.statusCode, body: await streamCollector(response.body) };
  } catch (cause) {
    if (abort.signal.aborted) {
      const message = `No answer from ${request.hostname} in ${milliseconds} ms`;
      throw new SimpleDbError('TimeoutError', message, { maybeExecuted: true, cause });
    }
    throw connectionError(request.hostname, cause);
  } finally {
    clearTimeout(timer);
  }
}

/** Node's codes for a connection that never stood, so that nothing can have been sent. */
const neverConnected = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

function connectionError(hostname: string, cause: unknown): SimpleDbError {
  const { code = '', message = '' } = cause as { code?: string; message?: string };
  return new SimpleDbError('ConnectionError', `The connection to ${hostname} failed: ${code || message}`, {
    maybeExecuted: !neverConnected.includes(code),
    cause,
  });
}

function parseAnswer(body: Uint8Array, status: number): XmlElement {
  try {
    return parseXml(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw unreadable(status, cause);
  }
}

function unreadable(status: number, cause?: unknown): SimpleDbError {
  return new SimpleDbError(
    'UnreadableAnswer',
    `The answer, HTTP ${status}, is not the XML that SimpleDB sends`,
    {
      status,
      maybeExecuted: mayHaveExecuted(status),
      cause,
    },
  );
}

/** `<Response><Errors><Error>`, or `<ErrorResponse><Error>` as newer front ends write it. */
function answeredError(answer: XmlElement, status: number): SimpleDbError {
  const error = find(answer, 'Error');
  const boxUsage = find(answer, 'BoxUsage')?.text;
  return new SimpleDbError(
    child(error, 'Code')?.text || 'UnreadableAnswer',
    child(error, 'Message')?.text || `HTTP ${status}`,
    {
      status,
      requestId: (find(answer, 'RequestID') ?? find(answer, 'RequestId'))?.text,
      boxUsage: boxUsage === undefined ? undefined : Number(boxUsage),
      maybeExecuted: mayHaveExecuted(status),
    },
  );
}

/** A refusal (4xx, 503) did nothing; an error within, or a time-out (408), may come after the work. */
function mayHaveExecuted(status: number): boolean {
  return status === 408 || status < 400 || (status >= 500 && status !== 503);
}
