/**
 * How instances leave Classic Load Balancers: moto lets them go at once.
 * https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_InstanceState.html
 */
import type { Element } from '@xmldom/xmldom';
import { append, child, items, parseAnswer, setText, text, withBody } from '../ec2/xml.ts';
import { type ElbCall, listOf, type Operation, running } from './call.ts';

export class ClassicBalancers {
  /** By balancer, then by instance: when it is gone. */
  readonly #draining = new Map<string, Map<string, Date>>();

  readonly operations: Readonly<Record<string, Operation>> = {
    RegisterInstancesWithLoadBalancer: async (call) => {
      const answer = await call.forward();
      if (answer.status === 200) for (const id of idsAsked(call)) this.#drainingFrom(nameIn(call)).delete(id);
      return answer;
    },
    DeregisterInstancesFromLoadBalancer: async (call) => {
      const name = nameIn(call);
      const registered = await this.#registered(call);
      const answer = await call.forward();
      if (answer.status !== 200) return answer;
      const until = new Date(call.account.now().getTime() + (await timeoutOf(call)) * 1_000);
      for (const id of idsAsked(call)) if (registered.has(id)) this.#drainingFrom(name).set(id, until);
      return answer;
    },
    DescribeInstanceHealth: async (call) => {
      const answer = await call.forward();
      const root = parseAnswer(answer);
      const result = child(root, 'DescribeInstanceHealthResult');
      if (!result) return answer;
      await showHealth(items(result, 'InstanceStates'), call);
      this.#showDraining(child(result, 'InstanceStates') ?? append(result, 'InstanceStates'), call);
      return withBody(answer, root);
    },
  };

  reset(): void {
    this.#draining.clear();
  }

  #showDraining(states: Element, call: ElbCall): void {
    for (const [id, until] of this.#drainingFrom(nameIn(call))) {
      if (call.account.now() >= until) continue;
      const state = append(states, 'member');
      setText(state, 'InstanceId', id);
      setText(state, 'State', 'InService');
      setText(state, 'ReasonCode', 'N/A');
      setText(state, 'Description', 'Instance deregistration currently in progress.');
    }
  }

  #drainingFrom(name: string): Map<string, Date> {
    const known = this.#draining.get(name) ?? new Map<string, Date>();
    this.#draining.set(name, known);
    return known;
  }

  async #registered(call: ElbCall): Promise<Set<string>> {
    const asked = new URLSearchParams({
      Action: 'DescribeInstanceHealth',
      Version: '2012-06-01',
      LoadBalancerName: nameIn(call),
    });
    const result = child(parseAnswer(await call.forward(asked)), 'DescribeInstanceHealthResult');
    return new Set(result ? items(result, 'InstanceStates').map((state) => text(state, 'InstanceId')) : []);
  }
}

async function showHealth(states: readonly Element[], call: ElbCall): Promise<void> {
  const ids = states.map((state) => text(state, 'InstanceId'));
  const runs = await running(ids, call);
  const isWell = (id: string) => runs.has(id) && !call.account.instanceStates.sick.has(id);
  for (const state of states)
    setText(state, 'State', isWell(text(state, 'InstanceId')) ? 'InService' : 'OutOfService');
}

const nameIn = ({ parameters }: ElbCall): string => parameters.get('LoadBalancerName') ?? '';

const idsAsked = ({ parameters }: ElbCall): string[] =>
  listOf(parameters, 'Instances').map(({ InstanceId = '' }) => InstanceId);

/** 0 unless it is turned on. */
async function timeoutOf(call: ElbCall): Promise<number> {
  const asked = new URLSearchParams({
    Action: 'DescribeLoadBalancerAttributes',
    Version: '2012-06-01',
    LoadBalancerName: nameIn(call),
  });
  const result = child(parseAnswer(await call.forward(asked)), 'DescribeLoadBalancerAttributesResult');
  const attributes = result && child(result, 'LoadBalancerAttributes');
  const draining = attributes && child(attributes, 'ConnectionDraining');
  return draining && text(draining, 'Enabled') === 'true' ? Number(text(draining, 'Timeout')) : 0;
}
