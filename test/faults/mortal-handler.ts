/** The wire of one process: counts its calls, and after its death answers nothing any more. */
import { Readable } from 'node:stream';
import { HttpResponse } from '@smithy/core/protocols';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { HttpHandlerOptions, RequestHandler } from '@smithy/types';
import type { VirtualTime } from './virtual-time.ts';

// biome-ignore lint/suspicious/noExplicitAny: the SDK's own handlers are typed so
type Handler = RequestHandler<any, any, HttpHandlerOptions>;
type Sent = Parameters<NodeHttpHandler['handle']>;

const never = <Result>() => new Promise<Result>(() => {});

type Signal = NonNullable<NonNullable<Sent[1]>['abortSignal']>;

const eitherOf = (one: Signal | undefined, other: AbortSignal): AbortSignal =>
  one === undefined ? other : AbortSignal.any([one as AbortSignal, other]);

/** By then what is still under way hangs: at random, several may. */
const longestWorkMilliseconds = 2_000;

export class MortalHandler implements Handler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  /** What happens just before the process sends its n-th call, counted from 1. */
  readonly #beforeCall: (call: number) => Promise<void> | void;
  readonly #time: VirtualTime;
  readonly #wire: NodeHttpHandler;
  readonly #death = new AbortController();
  #calls = 0;
  #underWay = 0;
  #alive = true;

  /** @param wire shared by all processes, since connecting takes longer than a call */
  constructor(wire: NodeHttpHandler, time: VirtualTime, beforeCall: (call: number) => Promise<void> | void) {
    this.#wire = wire;
    this.#time = time;
    this.#beforeCall = beforeCall;
  }

  get alive(): boolean {
    return this.#alive;
  }

  async handle(...sent: Sent): Promise<{ response: HttpResponse }> {
    if (!this.#alive) return never();
    this.#calls += 1;
    await this.#beforeCall(this.#calls);
    if (!this.#alive) return never();
    try {
      const response = await this.#time.duringCall(() => this.#send(sent));
      return this.#alive ? { response } : await never();
    } catch (error) {
      if (!this.#alive) return never();
      throw error;
    }
  }

  /** The whole answer at once, so that no part of it arrives while time is taken to stand still. */
  async #send(sent: Sent): Promise<HttpResponse> {
    this.#underWay += 1;
    try {
      const [request, options] = sent;
      const abortSignal = eitherOf(options?.abortSignal, this.#death.signal);
      const { response } = await this.#wire.handle(request, { ...options, abortSignal });
      const chunks: Buffer[] = [];
      for await (const chunk of response.body) chunks.push(chunk as Buffer);
      const { statusCode, headers } = response;
      return new HttpResponse({ statusCode, headers, body: Readable.from([Buffer.concat(chunks)]) });
    } finally {
      this.#underWay -= 1;
    }
  }

  /**
   * Ends the process between two instructions: it does nothing any more, whatever comes. Resolves when
   * AWS has finished what it is working on for it, but for the calls that hang.
   */
  async kill(hanging: number): Promise<void> {
    this.#alive = false;
    const latest = performance.now() + longestWorkMilliseconds;
    while (this.#underWay > hanging && performance.now() < latest) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#death.abort();
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }
}
