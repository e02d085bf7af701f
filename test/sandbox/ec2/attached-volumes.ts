/** Which volumes an instance has. */
import type { Answer } from '../message.ts';
import { type Ec2Call, question } from './operation.ts';
import { child, items, parseAnswer, text } from './xml.ts';

export interface AttachedVolumes {
  /** The id of the volume that it boots from; empty if there is none. */
  root: string;
  /** The ids of all, the root volume's among them. */
  volumes: string[];
  /** By id: the device. */
  devices: Map<string, string>;
}

/** @returns EC2's refusal if there is no such instance. */
export async function attachedVolumes(
  call: Ec2Call,
  instanceId: string,
): Promise<AttachedVolumes | { refusal: Answer }> {
  const answer = await call.forward(question('DescribeInstances', { InstanceId: [instanceId] }));
  if (answer.status !== 200) return { refusal: answer };
  const [instance] = items(parseAnswer(answer), 'reservationSet').flatMap((one) =>
    items(one, 'instancesSet'),
  );
  if (instance === undefined) throw new Error(`moto does not show ${instanceId}`);
  const devices = new Map<string, string>();
  for (const mapping of items(instance, 'blockDeviceMapping')) {
    const ebs = child(mapping, 'ebs');
    if (ebs !== undefined) devices.set(text(ebs, 'volumeId'), text(mapping, 'deviceName'));
  }
  const rootDevice = text(instance, 'rootDeviceName');
  const root = [...devices].find(([, device]) => device === rootDevice)?.[0] ?? '';
  return { root, volumes: [...devices.keys()], devices };
}
