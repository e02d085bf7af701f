/** One call of EC2 on its way through the sandbox. */
import type { Answer } from '../message.ts';
import type { Instances } from '../ssm/instances.ts';
import type { Account } from './account.ts';

export interface Ec2Call {
  action: string;
  region: string;
  parameters: URLSearchParams;
  account: Account;
  instances: Instances;
  /** Asks moto; by default what the client asked, in the region that it asked. */
  forward(parameters?: URLSearchParams, region?: string): Promise<Answer>;
}

export type Operation = (call: Ec2Call) => Promise<Answer>;

/** Thrown to answer an error of EC2, whose status is 400 unless it is said. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** `Name.1`, `Name.2`, … */
export function list(parameters: URLSearchParams, name: string): string[] {
  const pattern = new RegExp(`^${name}\\.\\d+$`);
  return [...parameters].filter(([key]) => pattern.test(key)).map(([, value]) => value);
}

/** For a question of the sandbox's own: `{ SnapshotId: ['snap-1'] }` becomes `SnapshotId.1=snap-1`. */
export function question(
  action: string,
  lists: Readonly<Record<string, readonly string[]>> = {},
): URLSearchParams {
  const parameters = new URLSearchParams({ Action: action, Version: '2016-11-15' });
  for (const [name, values] of Object.entries(lists)) {
    for (const [index, value] of values.entries()) parameters.set(`${name}.${index + 1}`, value);
  }
  return parameters;
}
