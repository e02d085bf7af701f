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
      if (isOfAnObject(request)) {
        response.writeHead(404).end('<Error><Code>NoSuchKey</Code><Message>It is empty</Message></Error>');
        return;
      }
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

/** Of S3's paths, that of a bucket has no second part. */
const isOfAnObject = ({ url = '/', headers: { authorization = '' } }: IncomingMessage): boolean =>
  authorization.includes('/s3/aws4_request') && /^\/[^/?]+\/[^?]/.test(url);

/** JSON protocols name it in a header, query protocols in the form, others have a path. */
function actionOf(request: IncomingMessage, body: string): string {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.')[1] ?? 'unknown';
  return new URLSearchParams(body).get('Action') ?? `${request.method} ${request.url}`;
}

const emptyXml = (action: string) => (action.includes('/') ? '<Empty/>' : emptyAnswer(action));

const emptyAnswer = (action: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><${action}Response><requestId>bench</requestId>` +
  `<${action}Result/><ResponseMetadata><RequestId>bench</RequestId></ResponseMetadata></${action}Response>`;
