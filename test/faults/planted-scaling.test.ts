/** Bugs that are planted into scale-group: the harness must find each, or it proves nothing. */
import {
  DescribeAutoScalingGroupsCommand,
  type DescribeAutoScalingGroupsCommandOutput,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  type DescribeInstancesCommandOutput,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  DeregisterInstancesFromLoadBalancerCommand,
  DescribeInstanceHealthCommand,
  RegisterInstancesWithLoadBalancerCommand,
} from '@aws-sdk/client-elastic-load-balancing';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, test } from 'vitest';
import { finderOfFile, type Spoil } from './finder.ts';
import { meddling } from './meddling.ts';

const found = finderOfFile();

/** What is remembered of a group is another thing by the time that it reaches the ledger. */
const remembering =
  (change: (state: Record<string, unknown>) => object): Spoil =>
  ({ ledger }) => ({
    ledger: {
      ...ledger,
      writeState: (name, text, version) =>
        ledger.writeState(name, JSON.stringify(change(JSON.parse(text) as Record<string, unknown>)), version),
    },
  });

/** Nobody sees that an instance has this tag. */
const blindTo = (tag: string): Spoil =>
  meddling(async (command, send) => {
    if (!(command instanceof DescribeInstancesCommand)) return send();
    const answer = (await send()) as DescribeInstancesCommandOutput;
    for (const instance of (answer.Reservations ?? []).flatMap(({ Instances = [] }) => Instances)) {
      instance.Tags = (instance.Tags ?? []).filter(({ Key }) => Key !== tag);
    }
    return answer;
  });

/** Balancers have let go of whatever has been taken out of them. */
const impatient = meddling((command, send) =>
  command instanceof DescribeTargetHealthCommand
    ? { TargetHealthDescriptions: [] }
    : command instanceof DescribeInstanceHealthCommand
      ? { InstanceStates: [] }
      : send(),
);

test('finds that an event is acted on twice, for want of a note that it was', async () => {
  const forgetful = remembering(({ actedOn: _forgotten, ...state }) => state);
  expect(await found('scale-group/alarm', 'none', forgetful)).toContain('web has 6, and not 4');
});

test('finds that a change is remembered before AWS has made it', async () => {
  const hasty = remembering(({ begun, ...state }) => ({ ...state, ...(begun ? { lastOut: begun } : {}) }));
  const said = await found('scale-group/alarm', 'crash-before autoscaling SetDesiredCapacity', hasty);
  expect(said).toContain('web is remembered to have 4, and has 2');
});

test('finds that an override is called ended, though it holds', async () => {
  const idle: Spoil = ({ ledger }) => ({ ledger: { ...ledger, writeState: async () => 'written' } });
  const said = await found('scale-group/end-override', 'none', idle);
  expect(said).toContain('"end-override web: done", and the account does not show it');
});

test('finds that two runs decide at once, for want of the lock', async () => {
  const unlocked: Spoil = ({ ledger }) => ({
    ledger: { ...ledger, acquire: async () => ({ state: 'acquired' }) },
  });
  // What each run has read of the group's row keeps the second from acting, and the lock from being all that does.
  expect(await found('scale-group/alarm', 'doubled ', unlocked)).toContain('was written by another run');
});

test('finds that a group shrinks below the floor of its schedule', async () => {
  const timeless = meddling(async (command, send) => {
    if (!(command instanceof DescribeAutoScalingGroupsCommand)) return send();
    const answer = (await send()) as DescribeAutoScalingGroupsCommandOutput;
    for (const group of answer.AutoScalingGroups ?? []) {
      group.SuspendedProcesses = [{ ProcessName: 'ScheduledActions' }];
    }
    return answer;
  });
  expect(await found('scale-group/floor', 'none', timeless)).toContain('fewer than its schedule says');
});

test("finds that an instance of another group, or of Auto Scaling's, is registered", async () => {
  const anyGroup = meddling((command, send) =>
    command instanceof DescribeInstancesCommand && command.input.Filters?.[0]?.Name === 'tag:Group'
      ? send(new DescribeInstancesCommand({ Filters: [{ Name: 'tag-key', Values: ['Group'] }] }))
      : send(),
  );
  for (const spoil of [anyGroup, blindTo('aws:autoscaling:groupName')]) {
    const said = await found('scale-group/members-return', 'none', spoil);
    expect(said).toContain("which is another's, was changed");
  }
});

test('finds that a protected instance is started, or stopped', async () => {
  const blind = blindTo('groundskeeper:protected');
  const started = await found('scale-group/members-return', 'none', blind, { minimum: 4 });
  expect(started).toContain('was changed, though it is protected');
  const stopped = await found('scale-group/members-leave', 'meanwhile ec2 DescribeInstances', blind);
  expect(stopped).toContain('was stopped, though it was protected meanwhile');
});

test('finds that an instance is stopped while it drains', async () => {
  const said = await found('scale-group/members-return', 'none', impatient, { maximum: 0, minimum: 0 });
  expect(said).toContain('was stopped at work for shop');
});

test('finds that an instance leaves its balancers before it is marked', async () => {
  let mark: (() => Promise<unknown>) | undefined;
  const late = meddling(async (command, send) => {
    if (command instanceof CreateTagsCommand) {
      mark = send;
      return {};
    }
    const answer = await send();
    if (command instanceof DeregisterInstancesFromLoadBalancerCommand) await mark?.();
    return answer;
  });
  const said = await found('scale-group/members-stop', 'crash-after elbv2 DeregisterTargets', late);
  expect(said).toContain('was taken out of service without a mark');
});

test.each([
  ['scale-out', SetDesiredCapacityCommand, 'alarm', {}],
  ['scale-in', SetDesiredCapacityCommand, 'floor', {}],
  ['start', StartInstancesCommand, 'members-return', { minimum: 3 }],
  ['register', RegisterInstancesWithLoadBalancerCommand, 'members-return', {}],
  ['resume', DeleteTagsCommand, 'members-return', {}],
  ['drain', CreateTagsCommand, 'members-return', { minimum: 0, maximum: 0 }],
  ['stop', StopInstancesCommand, 'members-leave', {}],
  ['unmark', DeleteTagsCommand, 'members-leave', {}],
] as const)('finds that "%s" is called done, though nothing is', async (decision, kind, scenario, worse) => {
  const idle = meddling((command, send) => (command instanceof kind ? {} : send()));
  const said = await found(`scale-group/${scenario}`, 'none', idle, worse);
  expect(said).toMatch(new RegExp(`"${decision} \\S+: done", and the account does not show it`));
});
