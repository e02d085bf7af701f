/**
 * Who is in which target group. Moto knows neither ports nor draining, and minds no instance that does not run.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html
 */
import type { Element } from '@xmldom/xmldom';
import { Refusal } from '../ec2/operation.ts';
import { child, items, parseAnswer, text } from '../ec2/xml.ts';
import { type Answer, answerText } from '../message.ts';
import { type ElbCall, listOf, type Operation, running } from './call.ts';

interface Target {
  id: string;
  port: string;
  /** It is gone then. */
  drainsUntil?: Date;
}

export class TargetGroups {
  /** By ARN. */
  readonly #targets = new Map<string, Target[]>();

  readonly operations: Readonly<Record<string, Operation>> = {
    RegisterTargets: async (call) => {
      const { arn, port } = await groupOf(call);
      const asked = targetsAsked(call, port);
      await refuseStopped(asked, call);
      this.#targets.set(arn, [...this.#others(arn, asked), ...asked]);
      return result('RegisterTargets', '');
    },
    DeregisterTargets: async (call) => {
      const { arn, port } = await groupOf(call);
      const asked = targetsAsked(call, port);
      const leaving = this.#standing(arn, call).filter((target) => isAmong(asked, target));
      const drainsUntil = new Date(call.account.now().getTime() + (await delayOf(arn, call)) * 1_000);
      // Once more prolongs nothing.
      const drained = leaving.map((target) => ({ drainsUntil, ...target }));
      this.#targets.set(arn, [...this.#others(arn, asked), ...drained]);
      return result('DeregisterTargets', '');
    },
    DescribeTargetHealth: async (call) => {
      const { arn } = await groupOf(call);
      const standing = this.#standing(arn, call);
      const ids = standing.map(({ id }) => id);
      const runs = await running(ids, call);
      const shown = standing.map((target) => describe(target, healthOf(target, runs, call)));
      return result(
        'DescribeTargetHealth',
        `<TargetHealthDescriptions>${shown.join('')}</TargetHealthDescriptions>`,
      );
    },
  };

  reset(): void {
    this.#targets.clear();
  }

  #standing(arn: string, { account }: ElbCall): Target[] {
    const now = account.now();
    const targets = this.#targets.get(arn) ?? [];
    return targets.filter(({ drainsUntil }) => drainsUntil === undefined || now < drainsUntil);
  }

  #others(arn: string, asked: readonly Target[]): Target[] {
    return (this.#targets.get(arn) ?? []).filter((target) => !isAmong(asked, target));
  }
}

const isAmong = (some: readonly Target[], { id, port }: Target): boolean =>
  some.some((target) => target.id === id && target.port === port);

const targetsAsked = ({ parameters }: ElbCall, port: string): Target[] =>
  listOf(parameters, 'Targets').map(({ Id = '', Port = port }) => ({ id: Id, port: Port }));

async function groupOf(call: ElbCall): Promise<{ arn: string; port: string }> {
  const arn = call.parameters.get('TargetGroupArn') ?? '';
  const [group] = await ask(
    call,
    'DescribeTargetGroups',
    { 'TargetGroupArns.member.1': arn },
    'TargetGroups',
  );
  if (!group) throw new Refusal('TargetGroupNotFound', `One or more target groups not found: ${arn}`);
  return { arn, port: text(group, 'Port') };
}

async function delayOf(arn: string, call: ElbCall): Promise<number> {
  const attributes = await ask(call, 'DescribeTargetGroupAttributes', { TargetGroupArn: arn }, 'Attributes');
  const delay = attributes.find(
    (attribute) => text(attribute, 'Key') === 'deregistration_delay.timeout_seconds',
  );
  return delay ? Number(text(delay, 'Value')) : defaultDelaySeconds;
}

/** Elastic Load Balancing user guide, "Edit target group attributes". */
const defaultDelaySeconds = 300;

async function ask(
  call: ElbCall,
  action: string,
  parameters: Readonly<Record<string, string>>,
  list: string,
): Promise<Element[]> {
  const answer = await call.forward(
    new URLSearchParams({ Action: action, Version: '2015-12-01', ...parameters }),
  );
  if (answer.status !== 200) return [];
  const found = child(parseAnswer(answer), `${action}Result`);
  return found ? items(found, list) : [];
}

async function refuseStopped(asked: readonly Target[], call: ElbCall): Promise<void> {
  // Addresses, in a group of the type `ip`, are anybody's.
  const ids = asked.map(({ id }) => id).filter((id) => id.startsWith('i-'));
  const runs = await running(ids, call);
  const others = ids.filter((id) => !runs.has(id));
  if (others.length === 0) return;
  const named = others.map((id) => `'${id}'`).join(', ');
  throw new Refusal(
    'InvalidTarget',
    `The following targets are not in a running state and cannot be registered: ${named}`,
  );
}

interface Health {
  state: string;
  reason?: string;
}

function healthOf({ id, drainsUntil }: Target, runs: ReadonlySet<string>, { account }: ElbCall): Health {
  if (drainsUntil) return { state: 'draining', reason: 'Target.DeregistrationInProgress' };
  if (!runs.has(id)) return { state: 'unused', reason: 'Target.InvalidState' };
  return account.instanceStates.sick.has(id)
    ? { state: 'unhealthy', reason: 'Target.FailedHealthChecks' }
    : { state: 'healthy' };
}

const describe = ({ id, port }: Target, { state, reason }: Health): string =>
  `<member><Target><Id>${id}</Id><Port>${port}</Port></Target><HealthCheckPort>${port}</HealthCheckPort>` +
  `<TargetHealth><State>${state}</State>${reason === undefined ? '' : `<Reason>${reason}</Reason>`}` +
  '</TargetHealth></member>';

const result = (action: string, body: string): Answer =>
  answerText(
    200,
    'text/xml',
    `<${action}Response xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">` +
      `<${action}Result>${body}</${action}Result>` +
      `<ResponseMetadata><RequestId>sandbox</RequestId></ResponseMetadata></${action}Response>`,
  );
