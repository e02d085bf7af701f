/** Auto Scaling: what moto lacks and the project needs; everything else is moto's. */
import type { Element } from '@xmldom/xmldom';
import type { Account } from '../ec2/account.ts';
import { Refusal } from '../ec2/operation.ts';
import { child, items, parseAnswer, setText, text, withBody } from '../ec2/xml.ts';
import { formParameters, type Identity } from '../identify.ts';
import { type Answer, answerText, type Message } from '../message.ts';
import type { MotoClient } from '../moto/moto-client.ts';
import { wireError } from '../wire-error.ts';

interface Call {
  parameters: URLSearchParams;
  account: Account;
  forward(parameters?: URLSearchParams): Promise<Answer>;
}

type Operation = (call: Call) => Promise<Answer>;

export class SandboxAutoScaling {
  /** Their instances are being replaced. */
  readonly refreshed = new Set<string>();
  readonly #moto: MotoClient;
  readonly #account: () => Account;

  constructor(moto: MotoClient, account: () => Account) {
    this.#moto = moto;
    this.#account = account;
  }

  async answer(message: Message, identity: Identity): Promise<Answer> {
    const parameters = formParameters(message);
    const operation = this.#operations[identity.action];
    if (parameters === undefined || operation === undefined) return this.#moto.ask(message, identity);
    const forward = (asked = parameters) =>
      this.#moto.ask({ ...message, body: Buffer.from(asked.toString()) }, identity);
    try {
      return await operation({ parameters, account: this.#account(), forward });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return wireError('query', error);
    }
  }

  reset(): void {
    this.refreshed.clear();
  }

  readonly #operations: Readonly<Record<string, Operation>> = {
    CreateAutoScalingGroup: noteLaunches,
    UpdateAutoScalingGroup: noteLaunches,
    SetDesiredCapacity: async (call) => {
      await refuseCapacity(call);
      return noteLaunches(call);
    },
    DescribeAutoScalingGroups: async (call) => {
      const answer = await call.forward();
      if (answer.status !== 200) return answer;
      const root = parseAnswer(answer);
      for (const instance of groupsIn(root).flatMap((group) => items(group, 'Instances'))) {
        const isPending = call.account.instanceStates.turning(text(instance, 'InstanceId')) === 'pending';
        if (isPending) setText(instance, 'LifecycleState', 'Pending');
      }
      return withBody(answer, root);
    },
    DescribeInstanceRefreshes: async ({ parameters }) => {
      const name = parameters.get('AutoScalingGroupName') ?? '';
      const refresh = this.refreshed.has(name)
        ? `<member><AutoScalingGroupName>${name}</AutoScalingGroupName><Status>InProgress</Status></member>`
        : '';
      return result('DescribeInstanceRefreshes', `<InstanceRefreshes>${refresh}</InstanceRefreshes>`);
    },
  };
}

function groupsIn(root: Element): Element[] {
  const found = child(root, 'DescribeAutoScalingGroupsResult');
  return found ? items(found, 'AutoScalingGroups') : [];
}

async function describeGroup({ parameters, forward }: Call): Promise<Element | undefined> {
  const asked = new URLSearchParams({
    Action: 'DescribeAutoScalingGroups',
    Version: '2011-01-01',
    'AutoScalingGroupNames.member.1': parameters.get('AutoScalingGroupName') ?? '',
  });
  return groupsIn(parseAnswer(await forward(asked)))[0];
}

/** What moto launches has started at the account's time. */
async function noteLaunches(call: Call): Promise<Answer> {
  const answer = await call.forward();
  if (answer.status !== 200) return answer;
  const group = await describeGroup(call);
  const states = call.account.instanceStates;
  const ids = group ? items(group, 'Instances').map((instance) => text(instance, 'InstanceId')) : [];
  for (const id of ids) if (!states.knows(id)) states.started(id);
  return answer;
}

/** Amazon EC2 Auto Scaling API reference, SetDesiredCapacity. */
async function refuseCapacity(call: Call): Promise<void> {
  const group = await describeGroup(call);
  if (!group) throw new Refusal('ValidationError', 'AutoScalingGroup name not found');
  const wanted = Number(call.parameters.get('DesiredCapacity'));
  const [least, most] = [Number(text(group, 'MinSize')), Number(text(group, 'MaxSize'))];
  if (wanted > most)
    throw new Refusal(
      'ValidationError',
      `New SetDesiredCapacity value ${wanted} is above max value ${most} for the AutoScalingGroup.`,
    );
  if (wanted < least)
    throw new Refusal(
      'ValidationError',
      `New SetDesiredCapacity value ${wanted} is below min value ${least} for the AutoScalingGroup.`,
    );
}

const result = (action: string, body: string): Answer =>
  answerText(
    200,
    'text/xml',
    `<${action}Response xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">` +
      `<${action}Result>${body}</${action}Result>` +
      `<ResponseMetadata><RequestId>sandbox</RequestId></ResponseMetadata></${action}Response>`,
  );
