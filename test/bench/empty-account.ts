/** An AWS account with nothing in it: answers every call at once, so that a benchmark measures its caller. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bodyOf } from './runtime-api.ts';

export interface EmptyAccount {
  readonly url: string;
  /** Calls since the last look, by action. */
  takeCalls(): string[];
  close(): void;
}

export async function startEmptyAccount(): Promise<EmptyAccount> {
  let calls: string[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const action = actionOf(request, body);
      calls.push(action);
      const isJson = 'x-amz-target' in request.headers;
      response.setHeader('content-type', isJson ? 'application/x-amz-json-1.0' : 'text/xml');
      response.end(isJson ? '{}' : emptyXml(action));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeCalls() {
      const taken = calls;
      calls = [];
      return taken;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** JSON protocols name it in a header, query protocols in the form. */
function actionOf(request: IncomingMessage, body: string): string {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.')[1] ?? 'unknown';
  return new URLSearchParams(body).get('Action') ?? 'unknown';
}

const emptyXml = (action: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><${action}Response><requestId>bench</requestId>` +
  `<${action}Result/><ResponseMetadata><RequestId>bench</RequestId></ResponseMetadata></${action}Response>`;
