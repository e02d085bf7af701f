/** The local AWS: moto behind a proxy that answers what moto lacks, and fails when it is told to. */
import { FaultBook } from './fault-book.ts';
import { formParameters, type Identity } from './identify.ts';
import { type Answer, answerText, type Message } from './message.ts';
import { getMoto } from './moto/moto.ts';
import { MotoClient } from './moto/moto-client.ts';
import { startMoto } from './moto/moto-process.ts';
import { SandboxProxy } from './proxy.ts';
import { createSimpleDb, type SimpleDb } from './simpledb/simpledb.ts';
import type { Sandbox } from './types.ts';
import { wireError } from './wire-error.ts';

export interface SandboxOptions {
  /** Default: one that is free. */
  port?: number;
}

/**
 * Starts a local AWS that is empty. It ends with this process, or by `close()`.
 *
 * @example
 * const sandbox = await startSandbox();
 * const ec2 = new EC2Client({ endpoint: sandbox.url, region: 'us-east-1', credentials });
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const process = await startMoto(await getMoto());
  const moto = new MotoClient(process.port, process.lastWords);
  const faults = new FaultBook();
  let time: Date | undefined;
  let simpleDb: SimpleDb | undefined;
  try {
    simpleDb = createSimpleDb({ now: () => time ?? new Date() });
  } catch {
    simpleDb = undefined;
  }

  async function execute(message: Message, identity: Identity): Promise<Answer> {
    if (identity.service === 'simpledb') {
      if (!simpleDb)
        return wireError('simpledb', { status: 501, code: 'NotImplemented', message: 'not yet' });
      const url = new URL(message.target, 'http://sandbox');
      const { status, body } = simpleDb.handle({
        method: message.method,
        path: url.pathname,
        host: message.headers.host ?? '',
        parameters: formParameters(message) ?? url.searchParams,
        rawBody: message.body.toString(),
      });
      return answerText(status, 'text/xml', body);
    }
    return moto.ask(message, identity);
  }

  const proxy = new SandboxProxy({
    faults,
    execute,
    control: async () => answerText(404, 'text/plain', 'not yet'),
  });
  const port = await proxy.listen(options.port ?? 0);

  return {
    url: `http://127.0.0.1:${port}`,
    get calls() {
      return proxy.calls;
    },
    async reset() {
      faults.clear();
      await proxy.forgetCalls();
      await moto.reset();
      simpleDb?.reset();
      time = undefined;
    },
    inject: (fault) => faults.add(fault, proxy.calls.length),
    setTime(now) {
      time = now;
    },
    slowSnapshots() {},
    async close() {
      await proxy.close();
      moto.close();
      await process.close();
    },
  };
}
