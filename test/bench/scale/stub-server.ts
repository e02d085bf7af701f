/** EC2, SimpleDB and an empty RDS of a large account, in a process of their own, so that their memory is not counted as ours. */
import { createServer } from 'node:http';
import { createSimpleDb } from '../../sandbox/simpledb/simpledb.ts';
import type { AccountSeed } from './account.ts';
import { Ec2Stub } from './ec2-stub.ts';

const ec2 = new Ec2Stub();
const simpleDb = createSimpleDb();
let calls: Record<string, number> = {};

interface Answer {
  status: number;
  body: string;
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { status, body } = answer(
      request.url ?? '/',
      request.headers.host ?? '',
      Buffer.concat(chunks).toString(),
    );
    response.writeHead(status).end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0);
});
process.on('disconnect', () => process.exit());

function answer(path: string, host: string, rawBody: string): Answer {
  switch (path) {
    case '/seed':
      ec2.seed(JSON.parse(rawBody) as AccountSeed);
      simpleDb.reset();
      return { status: 200, body: '' };
    case '/calls': {
      const body = JSON.stringify(calls);
      calls = {};
      return { status: 200, body };
    }
    default:
      return answerAws(path, host, rawBody);
  }
}

function answerAws(path: string, host: string, rawBody: string): Answer {
  const parameters = new URLSearchParams(rawBody);
  const action = parameters.get('Action') ?? '';
  calls[action] = (calls[action] ?? 0) + 1;
  if (parameters.get('Version') === '2009-04-15') {
    return simpleDb.handle({ method: 'POST', path, host, parameters, rawBody });
  }
  // An account without databases: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Operations.html
  if (parameters.get('Version') === '2014-10-31')
    return { status: 200, body: `<${action}Response><${action}Result/></${action}Response>` };
  try {
    return { status: 200, body: ec2.handle(parameters) };
  } catch (error) {
    const body = `<Response><Errors><Error><Code>StubError</Code><Message>${String(error)}</Message></Error></Errors></Response>`;
    return { status: 400, body };
  }
}
