/** Systems Manager's Run Command as the SDK's client meets it on the wire; the commands run on a `Machine`. */
import { Readable } from 'node:stream';
import { SSMClient } from '@aws-sdk/client-ssm';
import { HttpResponse } from '@smithy/core/protocols';
import { type FakeClock, fakeClock } from '../fakes.ts';
import type { Machine } from './freeze-machine.ts';

interface Sent {
  script: string;
  /** The first polls are answered as AWS does before it knows the end. */
  polls: number;
}

type Refusal = { code: string; status: number };

export class SsmWire {
  readonly clock: FakeClock = fakeClock();
  /** The actions that reached AWS, in order. */
  readonly calls: string[] = [];
  readonly client: SSMClient;
  readonly #machine: Machine;
  readonly #sent: Sent[] = [];
  /** Refuses the n-th SendCommand, counted from 1; with a status of 500 it was done nevertheless. */
  refusal: { send: number; error: Refusal } | undefined;
  /** The n-th command, counted from 1, which runs only when the test says so. */
  stuck: number | undefined;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.client = new SSMClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      requestHandler: {
        metadata: { handlerProtocol: 'http/1.1' },
        handle: async ({ headers, body }: { headers: Record<string, string>; body: Uint8Array }) => {
          const action = headers['x-amz-target']?.split('.')[1] ?? '';
          this.calls.push(action);
          return { response: this.#answer(action, JSON.parse(new TextDecoder().decode(body))) };
        },
      },
    });
  }

  /** Runs a command that was stuck. */
  runLate(number: number): string {
    return this.#machine.run(this.#sent[number - 1]?.script ?? '').said;
  }

  // biome-ignore lint/suspicious/noExplicitAny: what the SDK sends
  #answer(action: string, body: any): HttpResponse {
    return action === 'SendCommand' ? this.#take(body) : this.#tell(body);
  }

  // biome-ignore lint/suspicious/noExplicitAny: what the SDK sends
  #take(body: any): HttpResponse {
    const number = this.#sent.push({ script: body.Parameters.commands[0], polls: 0 });
    if (this.refusal?.send !== number) return answered(200, { Command: { CommandId: `command-${number}` } });
    if (this.refusal.error.status === 500) this.runLate(number);
    return refused(this.refusal.error);
  }

  // biome-ignore lint/suspicious/noExplicitAny: what the SDK sends
  #tell(body: any): HttpResponse {
    const number = Number(body.CommandId.split('-')[1]);
    const sent = this.#sent[number - 1];
    if (!sent) throw new TypeError(`There is no ${body.CommandId}`);
    sent.polls += 1;
    if (sent.polls === 1) return refused({ code: 'InvocationDoesNotExist', status: 400 });
    if (sent.polls === 2 || this.stuck === number) return answered(200, { Status: 'InProgress' });
    const { status, said, errors } = this.#machine.run(sent.script);
    const output = { StandardOutputContent: `groundskeeper ${said}\n`, StandardErrorContent: errors };
    return answered(200, { Status: status === 0 ? 'Success' : 'Failed', ...output });
  }
}

const refused = ({ code, status }: Refusal) => answered(status, { __type: code, message: code });

function answered(statusCode: number, body: object): HttpResponse {
  return new HttpResponse({
    statusCode,
    headers: {},
    body: Readable.from([Buffer.from(JSON.stringify(body))]),
  });
}
