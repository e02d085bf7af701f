/** The one port of the sandbox: records calls, applies faults, and has each answered by who can. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { FaultBook, MetFault } from './fault-book.ts';
import { type Identity, identify } from './identify.ts';
import { type Answer, answerText, type Message } from './message.ts';
import type { Call } from './types.ts';
import { wireError } from './wire-error.ts';

export interface ProxyParts {
  faults: FaultBook;
  /** Does what the call asks for. */
  execute(message: Message, identity: Identity): Promise<Answer>;
  /** Answers paths under `/_sandbox/`, which are not AWS's. */
  control(message: Message): Promise<Answer>;
}

type Outcome = Answer | 'reset' | 'hang';

export class SandboxProxy {
  #calls: Call[] = [];
  readonly #parts: ProxyParts;
  readonly #underWay = new Set<Promise<Answer>>();
  #lastInTurn: Promise<unknown> = Promise.resolve();
  readonly #hung = new Set<ServerResponse>();
  readonly #server: Server;

  constructor(parts: ProxyParts) {
    this.#parts = parts;
    this.#server = createServer((incoming, response) => {
      this.#serve(incoming, response).catch((error: unknown) => {
        write(
          response,
          answerText(500, 'text/plain', `the sandbox failed: ${String(error)}`),
          incoming.method,
        );
      });
    });
    // Clients keep connections; one closed for idleness just as it is used again would look like a fault.
    this.#server.keepAliveTimeout = 120_000;
    this.#server.requestTimeout = 0;
  }

  get calls(): readonly Call[] {
    return this.#calls;
  }

  /** @returns the port; 0 lets the system choose. */
  async listen(port: number): Promise<number> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the sandbox has no port');
    return address.port;
  }

  /** Cuts the calls that hang, waits for those that AWS is still working on, and forgets all. */
  async forgetCalls(): Promise<void> {
    for (const response of this.#hung) response.destroy();
    this.#hung.clear();
    await Promise.allSettled(this.#underWay);
    this.#calls = [];
  }

  async close(): Promise<void> {
    await this.forgetCalls();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const message = await receive(incoming);
    if (message === undefined) return; // the client went away while it was sending
    if (message.target.startsWith('/_sandbox/')) {
      return write(response, await this.#parts.control(message), message.method);
    }
    const identity = identify(message);
    const call: Call = { ...callOf(identity), status: undefined };
    const number = this.#calls.push(call);
    const met = this.#parts.faults.meet(call, number);
    const outcome = await this.#outcome(met, message, identity);
    if (outcome === 'reset') return void response.socket?.resetAndDestroy();
    if (outcome === 'hang') return void this.#hung.add(response);
    call.status = outcome.status;
    write(response, outcome, message.method);
  }

  async #outcome(met: MetFault | undefined, message: Message, identity: Identity): Promise<Outcome> {
    if (met === undefined) return this.#execute(message, identity);
    const { effect } = met;
    if ('executed' in effect && effect.executed) await this.#execute(message, identity);
    met.markReached();
    if (effect.kind === 'error') {
      const { code, message: text = `The sandbox answers ${code} here.`, status = 400 } = effect;
      return wireError(identity.protocol, { status, code, message: text });
    }
    return effect.kind === 'server-error' ? serverError(identity) : effect.kind;
  }

  async #execute(message: Message, identity: Identity): Promise<Answer> {
    const execute = () => this.#parts.execute(message, identity);
    const work = identity.service === 'dynamodb' ? this.#inTurn(execute) : execute();
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  /** moto's threads look at a condition before they write: of two conditional writes at once both might pass. */
  #inTurn(execute: () => Promise<Answer>): Promise<Answer> {
    const work = this.#lastInTurn.then(execute);
    this.#lastInTurn = work.catch(() => undefined);
    return work;
  }
}

const callOf = ({ protocol: _protocol, ...call }: Identity) => call;

function serverError({ service, protocol }: Identity): Answer {
  const message = 'An internal error has occurred (injected).';
  return service === 'simpledb'
    ? wireError(protocol, { status: 503, code: 'ServiceUnavailable', message })
    : wireError(protocol, { status: 500, code: 'InternalError', message });
}

async function receive(incoming: IncomingMessage): Promise<Message | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  const { method = 'GET', url = '/', headers } = incoming;
  return { method, target: url, headers, body: Buffer.concat(chunks) };
}

function write(response: ServerResponse, answer: Answer, method: string | undefined): void {
  if (response.destroyed) return; // the client did not wait for the answer
  const length = method === 'HEAD' ? {} : { 'content-length': answer.body.length };
  response.writeHead(answer.status, { ...answer.headers, ...length });
  response.end(method === 'HEAD' ? undefined : answer.body);
}
