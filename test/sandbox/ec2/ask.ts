/** The sandbox's own questions to moto's EC2. */
import { formType, identify, inRegion } from '../identify.ts';
import type { Answer, Message } from '../message.ts';
import type { MotoClient } from '../moto/moto-client.ts';
import { question } from './operation.ts';
import { child, items, parseAnswer, text } from './xml.ts';

export function askEc2(moto: MotoClient, parameters: URLSearchParams, region: string): Promise<Answer> {
  const unsigned: Message = {
    method: 'POST',
    target: '/',
    headers: { 'content-type': formType },
    body: Buffer.from(parameters.toString()),
  };
  const message = inRegion(unsigned, 'ec2', region);
  return moto.ask(message, identify(message));
}

/** Which of these instances exist and run. */
export async function runningInstances(
  moto: MotoClient,
  ids: readonly string[],
  region: string,
): Promise<Set<string>> {
  const answer = await askEc2(moto, question('DescribeInstances'), region);
  if (answer.status !== 200) throw new Error(`moto shows no instances: ${answer.body.toString()}`);
  const instances = items(parseAnswer(answer), 'reservationSet').flatMap((one) => items(one, 'instancesSet'));
  const running = instances.filter((instance) => {
    const state = child(instance, 'instanceState');
    return state !== undefined && text(state, 'name') === 'running';
  });
  return new Set(running.map((instance) => text(instance, 'instanceId')).filter((id) => ids.includes(id)));
}

/** Straight to moto, past what refuses such tags. */
export async function addSystemTags(
  moto: MotoClient,
  resourceId: string,
  tags: Readonly<Record<string, string>>,
  region: string,
): Promise<void> {
  const parameters = question('CreateTags', { ResourceId: [resourceId] });
  Object.entries(tags).forEach(([key, value], index) => {
    parameters.set(`Tag.${index + 1}.Key`, key);
    parameters.set(`Tag.${index + 1}.Value`, value);
  });
  const answer = await askEc2(moto, parameters, region);
  if (answer.status !== 200) throw new Error(`${resourceId} could not be tagged: ${answer.body.toString()}`);
}
