/** Plays Lambda's runtime API: hands out one event and waits for its answer. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  kind: 'response' | 'error';
  body: string;
  /** `performance.now()` when it arrived. */
  at: number;
}

export interface RuntimeApi {
  /** `127.0.0.1:<port>`: the function's AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** The next function that asks gets this event; resolves with its answer. */
  invoke(event: unknown): Promise<Answer>;
  close(): void;
}

export async function startRuntimeApi(): Promise<RuntimeApi> {
  let event: unknown;
  let answered: ((answer: Answer) => void) | undefined;

  function answer(url: string, body: string): void {
    const kind = url.endsWith('/response') ? 'response' : 'error';
    answered?.({ kind, body, at: performance.now() });
    answered = undefined;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    const body = await bodyOf(request);
    if (url.endsWith('/next')) return next(response);
    answer(url, body);
    response.writeHead(202).end();
  }

  function next(response: ServerResponse): void {
    if (event === undefined) return; // held open until the function is ended
    response.writeHead(200, {
      'Lambda-Runtime-Aws-Request-Id': '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + 900_000),
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:123456789012:function:bench',
      'Lambda-Runtime-Trace-Id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0',
    });
    response.end(JSON.stringify(event));
    event = undefined;
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    invoke(nextEvent) {
      event = nextEvent;
      return new Promise((resolve) => {
        answered = resolve;
      });
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  return body;
}
