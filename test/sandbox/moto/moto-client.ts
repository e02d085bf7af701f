/** Hands requests on to moto, and reads what moto answers when it has no answer. */
import { Agent, request } from 'node:http';
import type { Identity } from '../identify.ts';
import type { Answer, Message } from '../message.ts';
import { wireError } from '../wire-error.ts';

/** Headers of one hop, and what Node writes anew. */
const notForwarded = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'expect',
  'date',
]);

function forwardable<T extends object>(headers: T): T {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !notForwarded.has(name))) as T;
}

/**
 * The same for the same question; `undefined` if it is none, or one of another service. It is the sandbox
 * that adds what time changes in these answers (pending snapshots, say), so moto's own stay the same.
 */
function keyOfLook({ headers, body }: Message): string | undefined {
  const scope = headers.authorization ?? '';
  if (!/\/(ec2|rds)\/aws4_request, Signature=none$/.test(scope)) return undefined;
  const text = body.toString();
  return /(^|&)Action=Describe/.test(text) ? `${scope} ${text}` : undefined;
}

export class MotoClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  readonly #port: number;
  /** The last line that moto wrote, which after a crash is the error's. */
  readonly #lastWords: () => string;
  /** What it has shown of EC2 and RDS since it was last told anything: it would show the same again. */
  readonly #shown = new Map<string, Answer>();
  /** How often what moto holds may have changed. */
  #changes = 0;

  constructor(port: number, lastWords: () => string) {
    this.#port = port;
    this.#lastWords = lastWords;
  }

  /** The client's `Host` is kept: moto makes URLs of it (SQS queues), and they must lead to the proxy. */
  async send(message: Message): Promise<Answer> {
    const key = keyOfLook(message);
    if (key !== undefined) return this.#shown.get(key) ?? this.#look(message, key);
    this.#changed();
    try {
      return await this.#exchange(message);
    } finally {
      this.#changed(); // what was shown meanwhile may have been either
    }
  }

  async #look(message: Message, key: string): Promise<Answer> {
    const before = this.#changes;
    const answer = await this.#exchange(message);
    if (answer.status === 200 && before === this.#changes) this.#shown.set(key, answer);
    return answer;
  }

  #changed(): void {
    this.#changes += 1;
    this.#shown.clear();
  }

  #exchange(message: Message): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          agent: this.#agent,
          method: message.method,
          path: message.target,
          headers: { ...forwardable(message.headers), 'content-length': message.body.length },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const headers = forwardable(incoming.headers);
            const length = incoming.headers['content-length'];
            // An answer to HEAD states the length of a body that it does not have.
            if (message.method === 'HEAD' && length !== undefined) headers['content-length'] = length;
            resolve({ status: incoming.statusCode ?? 502, headers, body: Buffer.concat(chunks) });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(message.body);
    });
  }

  /**
   * As `send`; but moto answers an operation that it lacks with an HTML page and status 500, which an
   * SDK retries and then reports as unreadable XML. Here it is an error that says so, not retried.
   */
  async ask(message: Message, { protocol, service, action }: Identity): Promise<Answer> {
    const answer = await this.send(message);
    const isPage = String(answer.headers['content-type'] ?? '').startsWith('text/html');
    if (answer.status !== 500 || !isPage) return answer;
    return wireError(protocol, {
      status: 501,
      code: 'NotImplemented',
      message: `moto lacks or failed ${service} ${action}: ${this.#lastWords()}`,
    });
  }

  async reset(): Promise<void> {
    const answer = await this.send({
      method: 'POST',
      target: '/moto-api/reset',
      headers: { host: `127.0.0.1:${this.#port}` },
      body: Buffer.alloc(0),
    });
    if (answer.status !== 200) throw new Error(`moto could not be reset: it answered ${answer.status}`);
  }

  close(): void {
    this.#agent.destroy();
  }
}
