/** One call of Elastic Load Balancing on its way through the sandbox. */
import type { Account } from '../ec2/account.ts';
import { runningInstances } from '../ec2/ask.ts';
import type { Answer } from '../message.ts';
import type { MotoClient } from '../moto/moto-client.ts';

export interface ElbCall {
  region: string;
  parameters: URLSearchParams;
  account: Account;
  moto: MotoClient;
  /** Asks moto; by default what the client asked. */
  forward(parameters?: URLSearchParams): Promise<Answer>;
}

export type Operation = (call: ElbCall) => Promise<Answer>;

/** `Name.member.1.Field`, `Name.member.2.Field`, …: the fields of each. */
export function listOf(parameters: URLSearchParams, name: string): Record<string, string>[] {
  const found = new Map<string, Record<string, string>>();
  for (const [key, value] of parameters) {
    const [, number, field] = new RegExp(`^${name}\\.member\\.(\\d+)\\.(\\w+)$`).exec(key) ?? [];
    if (number === undefined || field === undefined) continue;
    found.set(number, { ...found.get(number), [field]: value });
  }
  return [...found.values()];
}

/** Which of these run by the account's clock. */
export async function running(
  ids: readonly string[],
  { moto, region, account }: ElbCall,
): Promise<Set<string>> {
  const found = await runningInstances(moto, ids, region);
  return new Set([...found].filter((id) => account.instanceStates.turning(id) === undefined));
}
