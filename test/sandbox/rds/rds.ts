/** RDS: what moto lacks and the project needs; everything else is moto's. */
import { Refusal } from '../ec2/operation.ts';
import { formParameters, type Identity, inRegion } from '../identify.ts';
import type { Answer, Message } from '../message.ts';
import type { MotoClient } from '../moto/moto-client.ts';
import { wireError } from '../wire-error.ts';
import type { RdsAccount } from './account.ts';
import { copyOperations } from './copies.ts';
import type { Operation, RdsCall } from './operation.ts';
import { snapshotOperations } from './snapshots.ts';
import { refuseTags } from './tag-rules.ts';

const operations: Readonly<Record<string, Operation>> = { ...snapshotOperations, ...copyOperations };

export async function answerRds(
  message: Message,
  identity: Identity,
  account: RdsAccount,
  moto: MotoClient,
): Promise<Answer> {
  const parameters = formParameters(message);
  if (parameters === undefined) return moto.ask(message, identity);
  const call: RdsCall = {
    action: identity.action,
    region: identity.region,
    parameters,
    account,
    forward: (asked = parameters, region = identity.region) => {
      const body = Buffer.from(asked.toString());
      return moto.ask(inRegion({ ...message, body }, 'rds', region), identity);
    },
  };
  try {
    refuseTags(parameters);
    const operation = operations[identity.action] ?? passOn;
    const isRead = identity.action.startsWith('Describe');
    return await (isRead ? operation(call) : account.inTurn(() => operation(call)));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const status = /NotFound/.test(error.code) ? 404 : 400;
    return wireError('query', { status, code: error.code, message: error.message });
  }
}

const passOn: Operation = (call) => call.forward();
