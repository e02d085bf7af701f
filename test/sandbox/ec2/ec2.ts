/** EC2: what moto lacks and the project needs; everything else is moto's. */
import { formParameters, type Identity, inRegion } from '../identify.ts';
import type { Answer, Message } from '../message.ts';
import type { MotoClient } from '../moto/moto-client.ts';
import type { Instances } from '../ssm/instances.ts';
import { wireError } from '../wire-error.ts';
import type { Account } from './account.ts';
import { imageOperations } from './images.ts';
import { instanceOperations } from './instances.ts';
import { launchTemplateOperations } from './launch-templates.ts';
import { type Ec2Call, type Operation, Refusal } from './operation.ts';
import { protectionOperations } from './snapshot-protection.ts';
import { snapshotOperations } from './snapshots.ts';
import { refuseTags } from './tag-rules.ts';
import { volumeOperations } from './volumes.ts';

const operations: Readonly<Record<string, Operation>> = {
  ...snapshotOperations,
  ...protectionOperations,
  ...volumeOperations,
  ...imageOperations,
  ...instanceOperations,
  ...launchTemplateOperations,
};

export interface Ec2Parts {
  account: Account;
  instances: Instances;
  moto: MotoClient;
}

export async function answerEc2(
  message: Message,
  identity: Identity,
  { account, instances, moto }: Ec2Parts,
): Promise<Answer> {
  const parameters = formParameters(message);
  if (parameters === undefined) return moto.ask(message, identity);
  const call: Ec2Call = {
    action: identity.action,
    region: identity.region,
    parameters,
    account,
    instances,
    forward: (asked = parameters, region = identity.region) => {
      const body = Buffer.from(asked.toString());
      return moto.ask(inRegion({ ...message, body }, 'ec2', region), identity);
    },
  };
  try {
    refuseTags(parameters);
    return await (operations[identity.action] ?? passOn)(call);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return wireError('ec2', { status: error.status, code: error.code, message: error.message });
  }
}

const passOn: Operation = (call) => call.forward();
