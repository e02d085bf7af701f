/**
 * Deploys into the local AWS with the real `serverless deploy`, and runs what was deployed: moto keeps
 * schedules' templates and functions' code, but starts neither.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../shared/report.ts';
import type { NewDistribution } from './cloudfront/distribution.ts';
import { putAlarms } from './lambda/alarms.ts';
import { credentials } from './lambda/aws-environment.ts';
import { type DeployedFunction, type DeployedStack, readStack } from './lambda/deployed-stack.ts';
import { FunctionProcess } from './lambda/function-process.ts';
import { type DeployedQueue, nextBatch, takeOverQueues } from './lambda/queues.ts';
import { type AwsEvent, type DeployedRule, matches, payloadOf, rulesIn } from './lambda/rules.ts';
import { type DeployedSchedule, payloadAt, schedulesIn, startsOf } from './lambda/schedules.ts';
import { type CommandResult, makeWorkingCopy, type WorkingCopy } from './lambda/working-copy.ts';
import type { Sandbox } from './types.ts';

export interface DeployOptions {
  stage: string;
  region: string;
  /** The text of a plan, instead of groundskeeper.yml. */
  plan?: string;
  /** So many times faster than here time passes for the functions, their waits included; 1 if left out. */
  timesFaster?: number;
  /** Stops the command. */
  signal?: AbortSignal;
}

export interface InvokeOptions {
  /** The time in the account and on the function's clock. */
  now: Date;
  requestId?: string;
  /** Cuts the process off when this settles: `sandbox.inject(…).reached`. */
  cutOffAt?: Promise<void>;
}

/** How one invocation ended: with a report or with an error. */
export interface Invocation {
  at: Date;
  report: Report | undefined;
  error: { name: string; message: string } | undefined;
  logs: Record<string, unknown>[];
  /** Embedded-metric-format lines. */
  metrics: Record<string, unknown>[];
}

/** What became of an asynchronous event. */
export interface Delivery {
  attempts: Invocation[];
  deadLettered: boolean;
}

export interface DeadLetter {
  queue: string;
  functionName: string;
  payload: unknown;
  error: { name: string; message: string };
}

/** One start of a schedule. */
export interface Start {
  schedule: DeployedSchedule;
  functionName: string;
  at: Date;
  payload: unknown;
}

/** Lambda's own waits before it repeats an asynchronous event (developer guide, "Asynchronous invocation"). */
const retryMinutes = [1, 2];

export async function deploy(sandbox: Sandbox, { plan, ...options }: DeployOptions): Promise<Deployment> {
  const copy = await makeWorkingCopy(plan);
  try {
    return await deployFrom(copy, sandbox, options);
  } catch (error) {
    await copy.remove();
    throw error;
  }
}

async function deployFrom(
  copy: WorkingCopy,
  sandbox: Sandbox,
  { stage, region, timesFaster = 1, signal }: Omit<DeployOptions, 'plan'>,
): Promise<Deployment> {
  const where = { endpoint: sandbox.url, region };
  const commandLine = ['deploy', '--stage', stage, '--region', region];
  const { exitCode, stdout, stderr } = await copy.serverless(commandLine, { ...where, signal });
  if (exitCode !== 0) throw new Error(`serverless deploy ended with ${exitCode}:\n${stdout}${stderr}`);
  const state = await readFile(join(copy.folder, '.serverless', 'serverless-state.json'), 'utf8');
  const { service } = JSON.parse(state) as { service: { service: string } };
  const stackName = `${service.service}-${stage}`;
  const stack = await readStack({ ...where, stackName, folder: join(copy.folder, '.deployed') });
  putDistributions(stack, sandbox);
  await putAlarms(stack.resources, where);
  return new Deployment({ sandbox, copy, stack, region, timesFaster, queues: await takeOverQueues(where) });
}

/** Moto's CloudFormation knows their ids, and forgets the rest of them. */
function putDistributions({ resources, fill }: DeployedStack, sandbox: Sandbox): void {
  for (const [logicalId, { Type, Properties }] of Object.entries(resources)) {
    if (Type !== 'AWS::CloudFront::Distribution') continue;
    const { DistributionConfig } = fill(Properties) as { DistributionConfig: NewDistribution };
    sandbox.putDistribution(DistributionConfig, fill({ Ref: logicalId }) as string);
  }
}

interface DeploymentParts {
  sandbox: Sandbox;
  copy: WorkingCopy;
  stack: DeployedStack;
  region: string;
  timesFaster: number;
  queues: readonly DeployedQueue[];
}

/** A deployed stack that can be started. */
export class Deployment {
  readonly #sandbox: Sandbox;
  readonly #copy: WorkingCopy;
  readonly #region: string;
  readonly #timesFaster: number;
  readonly #queues: readonly DeployedQueue[];
  readonly #idle = new Map<string, FunctionProcess[]>();
  readonly #processes = new Set<FunctionProcess>();
  /** How many of the account's events are delivered. */
  #delivered: number;
  readonly stack: DeployedStack;
  readonly schedules: readonly DeployedSchedule[];
  readonly rules: readonly DeployedRule[];
  /** Asynchronous events that failed for good. */
  readonly deadLetters: DeadLetter[] = [];

  constructor({ sandbox, copy, stack, region, timesFaster, queues }: DeploymentParts) {
    this.#sandbox = sandbox;
    this.#copy = copy;
    this.#region = region;
    this.#timesFaster = timesFaster;
    this.#queues = queues;
    this.stack = stack;
    this.schedules = schedulesIn(stack.resources, stack.fill);
    this.rules = rulesIn(stack.resources, stack.fill);
    this.#delivered = sandbox.events.length;
  }

  /** Every start of every deployed schedule after `from`, up to and including `to`, in order. */
  startsBetween(from: Date, to: Date): Start[] {
    const starts = this.schedules.flatMap((schedule) =>
      startsOf(schedule, from, to).map((at) => ({
        schedule,
        functionName: this.#functionBy(({ logicalId }) => logicalId === schedule.target, schedule.target)
          .name,
        at,
        payload: payloadAt(schedule, at, randomUUID()),
      })),
    );
    return starts.sort((a, b) => a.at.getTime() - b.at.getTime());
  }

  /** One synchronous invocation. Several at the same time run in processes of their own, as in Lambda. */
  async invoke(
    functionName: string,
    payload: unknown,
    { now, requestId = randomUUID(), cutOffAt }: InvokeOptions,
  ): Promise<Invocation> {
    const target = this.#functionBy(({ name }) => name === functionName, functionName);
    const { fullName, timeoutSeconds } = target;
    const process = this.#idle.get(functionName)?.pop() ?? this.#start(target);
    this.#sandbox.setTime(now);
    let running = true;
    void cutOffAt?.then(() => running && process.kill());
    const answer = await process.run({ payload, now, requestId, functionName: fullName, timeoutSeconds });
    running = false;
    if (process.isAlive) this.#idle.set(functionName, [...(this.#idle.get(functionName) ?? []), process]);
    else this.#processes.delete(process);
    const written = answer.lines.map(parsedLine);
    return {
      at: now,
      report: answer.report as Report | undefined,
      error: answer.error,
      logs: written.filter((line) => !('_aws' in line)),
      metrics: written.filter((line) => '_aws' in line),
    };
  }

  /**
   * One asynchronous event, as a schedule sends it: repeated after 1 and after 2 more minutes of the
   * account's time while it fails, then kept in `deadLetters`. Only the first attempt is cut off.
   */
  async deliver(functionName: string, payload: unknown, options: InvokeOptions): Promise<Delivery> {
    const { retries, deadLetterQueue } = this.#functionBy(({ name }) => name === functionName, functionName);
    const requestId = options.requestId ?? randomUUID();
    let invocation = await this.invoke(functionName, payload, { ...options, requestId });
    const attempts = [invocation];
    for (const minutes of retryMinutes.slice(0, retries)) {
      if (!invocation.error) break;
      const now = new Date(invocation.at.getTime() + minutes * 60_000);
      invocation = await this.invoke(functionName, payload, { now, requestId });
      attempts.push(invocation);
    }
    const { error } = invocation;
    if (error) this.deadLetters.push({ queue: deadLetterQueue ?? '(none)', functionName, payload, error });
    return { attempts, deadLettered: error !== undefined };
  }

  /** An event of AWS, as EventBridge's rules hand it on. */
  async deliverEvent(event: AwsEvent, options: InvokeOptions): Promise<Delivery[]> {
    const deliveries: Delivery[] = [];
    for (const rule of this.rules.filter(({ pattern }) => matches(pattern, event))) {
      const { name } = this.#functionBy(({ logicalId }) => logicalId === rule.target, rule.target);
      deliveries.push(await this.deliver(name, payloadOf(rule, event), options));
    }
    return deliveries;
  }

  /** The events of the account since the last time, and what these bring in their turn, one after another. */
  async deliverPending(options: InvokeOptions): Promise<Delivery[]> {
    const deliveries: Delivery[] = [];
    const { events } = this.#sandbox;
    for (let event = events[this.#delivered]; event; event = events[this.#delivered]) {
      this.#delivered += 1;
      deliveries.push(...(await this.deliverEvent(event, options)));
    }
    return deliveries;
  }

  /** Starts the workers of the stack's queues, one after another, until no message is visible. */
  async drainQueues(options: InvokeOptions): Promise<Invocation[]> {
    const place = { endpoint: this.#sandbox.url, region: this.#region };
    const invocations: Invocation[] = [];
    for (const queue of this.#queues) {
      const { name } = this.#functionBy(({ fullName }) => fullName === queue.functionFullName, queue.url);
      for (let batch = await nextBatch(queue, place); batch; batch = await nextBatch(queue, place)) {
        const invocation = await this.invoke(name, batch.payload, options);
        if (!invocation.error) await batch.settle(invocation.report);
        invocations.push(invocation);
      }
    }
    return invocations;
  }

  /** Another command of the same project at the same account: `['invoke', 'local', …]`. One at a time. */
  serverless(commandLine: readonly string[]): Promise<CommandResult> {
    return this.#copy.serverless(commandLine, { endpoint: this.#sandbox.url, region: this.#region });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#processes].map((process) => process.close()));
    await this.#copy.remove();
  }

  #functionBy(matches: (candidate: DeployedFunction) => boolean, what: string): DeployedFunction {
    const found = this.stack.functions.find(matches);
    if (found) return found;
    const names = this.stack.functions.map(({ name }) => name).join(', ');
    throw new Error(`There is no function ${what}; deployed are ${names}`);
  }

  #start({ file, exportName, environment, fullName }: DeployedFunction): FunctionProcess {
    const complete = {
      ...environment,
      ...credentials(this.#region),
      AWS_LAMBDA_FUNCTION_NAME: fullName,
      AWS_ENDPOINT_URL: this.#sandbox.url,
    };
    const process = new FunctionProcess(file, exportName, complete, this.#timesFaster);
    this.#processes.add(process);
    return process;
  }
}

function parsedLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { message: line };
  }
}
