/** Instances in pages, and their starts and stops. */
import type { Element } from '@xmldom/xmldom';
import { describe, type Listing } from './describe.ts';
import type { InstanceStates } from './instance-states.ts';
import { type Ec2Call, list, type Operation, question, Refusal } from './operation.ts';
import { child, items, parseAnswer, setText, text, withBody } from './xml.ts';

/**
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
 * A page counts reservations here, where EC2 counts their instances.
 */
const instances: Listing = {
  set: 'reservationSet',
  id: 'reservationId',
  ids: 'InstanceId',
  change: (reservation, { account }) => {
    for (const instance of items(reservation, 'instancesSet')) show(instance, account.instanceStates);
  },
};

const codes = { pending: '0', stopping: '64' } as const;

function show(instance: Element, states: InstanceStates): void {
  const id = text(instance, 'instanceId');
  const turning = states.turning(id);
  const state = child(instance, 'instanceState');
  if (turning && state) {
    setText(state, 'name', turning);
    setText(state, 'code', codes[turning]);
  }
  const reason = child(instance, 'stateReason');
  if (reason && states.failed.has(id) && stateOf(instance) === 'stopped') {
    setText(reason, 'code', 'Client.InternalError');
    setText(reason, 'message', 'Client.InternalError: Client error on launch');
  }
  const startedAt = states.startedAt(id);
  if (startedAt) setText(instance, 'launchTime', startedAt.toISOString());
  const stoppedAt = states.stoppedAt(id);
  if (stoppedAt) setText(instance, 'reason', `User initiated (${timeText(stoppedAt)} GMT)`);
}

const timeText = (time: Date): string => time.toISOString().replace('T', ' ').slice(0, 19);

const status: Operation = async (call) => {
  const answer = await call.forward();
  if (answer.status !== 200) return answer;
  const root = parseAnswer(answer);
  for (const item of items(root, 'instanceStatusSet')) {
    const check = child(item, 'instanceStatus');
    if (check && call.account.instanceStates.impaired.has(text(item, 'instanceId')))
      setText(check, 'status', 'impaired');
  }
  return withBody(answer, root);
};

const run: Operation = async (call) => {
  const answer = await call.forward();
  if (answer.status !== 200) return answer;
  for (const instance of items(parseAnswer(answer), 'instancesSet'))
    call.account.instanceStates.started(text(instance, 'instanceId'));
  return answer;
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StartInstances.html */
const start: Operation = async (call) => {
  const { instanceStates: states } = call.account;
  const stopped: string[] = [];
  for (const instance of await instancesAsked(call)) {
    const id = text(instance, 'instanceId');
    if (states.turning(id) === 'stopping') refuseState(id, 'started');
    if (stateOf(instance) !== 'stopped') continue;
    refuseZone(instance, states);
    stopped.push(id);
  }
  const answer = await call.forward();
  if (answer.status === 200) for (const id of stopped) states.started(id);
  for (const id of stopped) await failStart(id, call);
  return answer;
};

/** The call succeeds, and EC2 stops it by itself: EC2 user guide, "Troubleshoot instance launch issues". */
async function failStart(id: string, { account, forward }: Ec2Call): Promise<void> {
  const { failing, failed } = account.instanceStates;
  failed.delete(id);
  if (!failing.has(id)) return;
  failed.add(id);
  await forward(question('StopInstances', { InstanceId: [id] }));
}

function refuseZone(instance: Element, { fullZones }: InstanceStates): void {
  const placement = child(instance, 'placement');
  const zone = placement ? text(placement, 'availabilityZone') : '';
  if (!fullZones.has(zone)) return;
  const message = `We currently do not have sufficient capacity in the Availability Zone you requested (${zone}).`;
  throw new Refusal('InsufficientInstanceCapacity', message, 500);
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StopInstances.html */
const stop: Operation = async (call) => {
  const { instanceStates: states } = call.account;
  const running: string[] = [];
  for (const instance of await instancesAsked(call)) {
    const id = text(instance, 'instanceId');
    if (states.turning(id) === 'pending') refuseState(id, 'stopped');
    if (call.parameters.get('Hibernate') === 'true') refuseHibernation(instance);
    if (stateOf(instance) === 'running') running.push(id);
  }
  const answer = await restart(call);
  if (answer.status === 200) for (const id of running) states.stopped(id);
  return answer;
};

function refuseState(id: string, what: string): never {
  throw new Refusal(
    'IncorrectInstanceState',
    `The instance '${id}' is not in a state from which it can be ${what}.`,
  );
}

function refuseHibernation(instance: Element): void {
  const options = child(instance, 'hibernationOptions');
  if (options && text(options, 'configured') === 'true') return;
  throw new Refusal(
    'UnsupportedHibernationConfiguration',
    `The instance '${text(instance, 'instanceId')}' is not configured for hibernation.`,
  );
}

function stateOf(instance: Element): string {
  const state = child(instance, 'instanceState');
  return state ? text(state, 'name') : '';
}

/** As moto has them; none if moto knows one of them not, which it then says itself. */
async function instancesAsked(call: Ec2Call): Promise<Element[]> {
  const asked = question('DescribeInstances', { InstanceId: list(call.parameters, 'InstanceId') });
  const answer = await call.forward(asked);
  if (answer.status !== 200) return [];
  return items(parseAnswer(answer), 'reservationSet').flatMap((one) => items(one, 'instancesSet'));
}

/** Nothing that ran or was frozen stays so. */
const restart: Operation = async (call) => {
  const answer = await call.forward();
  if (answer.status !== 200) return answer;
  for (const id of list(call.parameters, 'InstanceId')) await call.instances.restart(id);
  return answer;
};

export const instanceOperations: Readonly<Record<string, Operation>> = {
  DescribeInstances: (call) => describe(call, instances),
  DescribeInstanceStatus: status,
  RunInstances: run,
  StartInstances: start,
  StopInstances: stop,
  RebootInstances: restart,
  TerminateInstances: restart,
};
