/** The way to EC2, SimpleDB and SQS without a network: in virtual time, at AWS's rates. */
import { Readable } from 'node:stream';
import { HttpResponse } from '@smithy/core/protocols';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { HttpHandlerOptions, RequestHandler } from '@smithy/types';
import type { Clock } from '../../../shared/clock.ts';
import type { SimpleDb } from '../../sandbox/simpledb/simpledb.ts';
import type { Ec2Stub } from './ec2-stub.ts';
import type { QueueStub } from './queue-stub.ts';
import type { TokenBuckets } from './token-buckets.ts';

// biome-ignore lint/suspicious/noExplicitAny: the SDK's own handlers are typed so
type Handler = RequestHandler<any, any, HttpHandlerOptions>;
type Sent = Parameters<NodeHttpHandler['handle']>[0];

/** What a call takes, there and back. */
const callMilliseconds = 80;

export interface Services {
  clock: Clock;
  ec2: Ec2Stub;
  simpleDb: SimpleDb;
  queue: QueueStub;
  buckets: TokenBuckets;
}

interface Answer {
  status: number;
  body: string;
}

const tooSoon: Answer = {
  status: 503,
  body: '<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors></Response>',
};

export class LocalWire implements Handler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  /** By action. */
  readonly calls = new Map<string, number>();
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  async handle(request: Sent): Promise<{ response: HttpResponse }> {
    await this.#services.clock.sleep(callMilliseconds / 2);
    const { status, body } = this.#answer(request);
    await this.#services.clock.sleep(callMilliseconds / 2);
    const response = new HttpResponse({
      statusCode: status,
      headers: {},
      body: Readable.from([Buffer.from(body)]),
    });
    return { response };
  }

  #answer({ headers, body, path, hostname, port, method }: Sent): Answer {
    const { clock, ec2, simpleDb, queue, buckets } = this.#services;
    const target = headers['x-amz-target'];
    if (target !== undefined) {
      const action = target.split('.')[1] ?? '';
      this.#count(action);
      return { status: 200, body: queue.handle(action, JSON.parse(String(body))) };
    }
    const parameters = new URLSearchParams(String(body));
    const action = parameters.get('Action') ?? '';
    this.#count(action);
    if (parameters.get('Version') === '2009-04-15') {
      const host = headers['host'] ?? (port === undefined ? hostname : `${hostname}:${port}`);
      return simpleDb.handle({ method, path, host, parameters, rawBody: String(body) });
    }
    return buckets.take(action, clock.now()) ? { status: 200, body: ec2.handle(parameters) } : tooSoon;
  }

  #count(action: string): void {
    this.calls.set(action, (this.calls.get(action) ?? 0) + 1);
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }
}
