/** One command to one instance, and how it stands on the account's clock. */
import type { CommandRule, CommandStatus, SentCommand } from '../types.ts';
import type { InstanceFolder } from './instance-folder.ts';
import type { ScriptProcess } from './process.ts';
import { asOnInstance } from './script.ts';

export interface CommandOrder {
  id: string;
  instanceId: string;
  script: string;
  comment: string;
  sentAt: Date;
  /** Not taken by the agent after so long, it is not run. */
  timeoutSeconds: number;
  /** The agent ends it after so long. */
  executionSeconds: number;
}

/** Of https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html */
export interface Standing {
  status: CommandStatus;
  details: string;
}

export class Command {
  readonly order: CommandOrder;
  /** SSM does not know it yet when it is first asked. */
  wasAsked = false;
  startedAt: Date | undefined;
  process: ScriptProcess | undefined;
  readonly #folder: InstanceFolder;
  readonly #rule: CommandRule;
  /** When the script was over, whatever the agent says. */
  #overAt: Date | undefined;
  #cancelled = false;
  #heldUp = false;

  constructor(order: CommandOrder, folder: InstanceFolder, rule: CommandRule) {
    this.order = order;
    this.#folder = folder;
    this.#rule = rule;
  }

  get isWaiting(): boolean {
    return this.startedAt === undefined && !this.#cancelled;
  }

  /** The agent cannot take it now. */
  hold(): void {
    this.#heldUp = true;
  }

  /** When the agent takes it, if it is yet to do so. */
  startsAt(now: Date): Date | undefined {
    const { deliverySeconds = 0 } = this.#rule;
    if (!this.isWaiting || deliverySeconds === 'never') return undefined;
    const at = later(this.order.sentAt, deliverySeconds);
    const start = this.#heldUp && now > at ? now : at;
    return start < this.#expiresAt ? start : undefined;
  }

  /** "If this time is reached and the command hasn't already started running, it won't run": API_SendCommand.html */
  get #expiresAt(): Date {
    return later(this.order.sentAt, this.order.timeoutSeconds);
  }

  /** It is to fail without being run. */
  get failsAtOnce(): boolean {
    return this.#rule.exitCode !== undefined;
  }

  /** When the agent ends it, if it still runs then. */
  get endsBy(): Date | undefined {
    return this.startedAt && later(this.startedAt, this.order.executionSeconds);
  }

  /** Looks whether the script is over. */
  notice(now: Date): void {
    if (this.process?.exitCode === undefined || this.startedAt === undefined) return;
    // What did not have to wait took no time.
    this.#overAt ??= this.process.slept ? now : this.startedAt;
  }

  async cancel(now: Date): Promise<void> {
    if (!['Pending', 'InProgress'].includes(this.standing(now).status)) return;
    this.#cancelled = true;
    await this.process?.kill();
  }

  standing(now: Date): Standing {
    if (this.#cancelled) return { status: 'Cancelled', details: 'Cancelled' };
    if (this.endsBy !== undefined) return this.#standingOnceStarted(now, this.endsBy);
    if (now < this.#expiresAt) return { status: 'Pending', details: 'Pending' };
    return { status: 'TimedOut', details: 'Delivery Timed Out' };
  }

  #standingOnceStarted(now: Date, limit: Date): Standing {
    const end = this.#toldAt();
    const isInTime = end !== undefined && end <= limit;
    if (now < (isInTime ? end : limit)) return { status: 'InProgress', details: 'InProgress' };
    if (!isInTime) return { status: 'TimedOut', details: 'Execution Timed Out' };
    const status = this.exitCode === 0 ? 'Success' : 'Failed';
    return { status, details: status };
  }

  /** When the agent tells its end. */
  #toldAt(): Date | undefined {
    const { runSeconds = 0 } = this.#rule;
    const over = this.failsAtOnce ? this.startedAt : this.#overAt;
    return over === undefined || runSeconds === 'never' ? undefined : later(over, runSeconds);
  }

  get exitCode(): number | undefined {
    return this.#rule.exitCode ?? this.process?.exitCode;
  }

  get output(): string {
    return asOnInstance(this.process?.written('stdout') ?? '', this.#folder);
  }

  get errors(): string {
    if (this.failsAtOnce) return 'The local AWS was told to let it fail.\n';
    return asOnInstance(this.process?.written('stderr') ?? '', this.#folder);
  }

  /** As tests see it. */
  sent(now: Date): SentCommand {
    const { id, comment, script, sentAt } = this.order;
    const { status } = this.standing(now);
    return { id, comment, script, sentAt, status, output: this.output, errors: this.errors };
  }
}

const later = (time: Date, seconds: number) => new Date(time.getTime() + seconds * 1000);
