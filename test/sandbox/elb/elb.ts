/** Elastic Load Balancing, both kinds: what moto lacks and the project needs; everything else is moto's. */
import type { Account } from '../ec2/account.ts';
import { Refusal } from '../ec2/operation.ts';
import { formParameters, type Identity } from '../identify.ts';
import type { Answer, Message } from '../message.ts';
import type { MotoClient } from '../moto/moto-client.ts';
import { wireError } from '../wire-error.ts';
import type { ElbCall, Operation } from './call.ts';
import { ClassicBalancers } from './classic.ts';
import { TargetGroups } from './target-groups.ts';

export class SandboxElb {
  readonly #targetGroups = new TargetGroups();
  readonly #classic = new ClassicBalancers();
  readonly #moto: MotoClient;
  readonly #account: () => Account;

  constructor(moto: MotoClient, account: () => Account) {
    this.#moto = moto;
    this.#account = account;
  }

  async answer(message: Message, identity: Identity): Promise<Answer> {
    const parameters = formParameters(message);
    const operation = this.#operations(identity)[identity.action];
    if (parameters === undefined || operation === undefined) return this.#moto.ask(message, identity);
    const call: ElbCall = {
      region: identity.region,
      parameters,
      account: this.#account(),
      moto: this.#moto,
      forward: (asked = parameters) =>
        this.#moto.ask({ ...message, body: Buffer.from(asked.toString()) }, identity),
    };
    try {
      return await operation(call);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return wireError('query', error);
    }
  }

  reset(): void {
    this.#targetGroups.reset();
    this.#classic.reset();
  }

  #operations({ service }: Identity): Readonly<Record<string, Operation>> {
    return service === 'elb' ? this.#classic.operations : this.#targetGroups.operations;
  }
}
