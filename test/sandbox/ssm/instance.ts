/** One instance: its commands, and what is due on it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandRule, DisturbedCommands, InstanceOs, SnapshotMoment } from '../types.ts';
import { Command, type CommandOrder } from './command.ts';
import type { InstanceFolder } from './instance-folder.ts';
import type { ScriptProcess } from './process.ts';
import { ledIntoFolder } from './script.ts';

interface Rule extends DisturbedCommands {
  rule: CommandRule;
  hits: number;
}

/** Something that is due, and what is to be done then. */
export interface Due {
  at: Date;
  act(): Promise<void> | void;
}

/** Starts a program; `at`: when it was due. */
export type Run = (
  folder: InstanceFolder,
  commandId: string,
  argv: readonly string[],
  at: Date,
) => ScriptProcess;

/** Where the agent and its logs live: with these frozen it takes no command. */
const placesOfAgent = ['/', '/usr/bin', '/tmp', '/var/lib/amazon', '/var/log/amazon'];

export class Instance {
  readonly id: string;
  readonly folder: InstanceFolder;
  readonly commands: Command[] = [];
  readonly moments: SnapshotMoment[] = [];
  isManaged = true;
  #rules: Rule[] = [];
  readonly #run: Run;

  constructor(id: string, folder: InstanceFolder, run: Run) {
    this.id = id;
    this.folder = folder;
    this.#run = run;
  }

  disturb(rule: CommandRule): DisturbedCommands {
    const added: Rule = {
      rule,
      hits: 0,
      lift: () => {
        this.#rules = this.#rules.filter((other) => other !== added);
      },
    };
    this.#rules.push(added);
    return added;
  }

  send(order: CommandOrder): Command {
    const matches = ({ rule, hits }: Rule) => hits < (rule.times ?? Infinity) && (rule.when?.(order) ?? true);
    const met = this.#rules.find(matches);
    if (met) met.hits += 1;
    const command = new Command(order, this.folder, met?.rule ?? {});
    this.commands.push(command);
    return command;
  }

  async restart(): Promise<void> {
    for (const { process } of this.commands) await process?.kill();
    this.folder.restart();
  }

  look(now: Date): Omit<InstanceOs, 'restarts'> {
    return {
      frozen: this.folder.frozen(),
      timers: this.folder.timers().map(({ unit, at }) => ({ unit, at })),
      commands: this.commands.map((command) => command.sent(now)),
      events: this.folder.events(),
      snapshots: [...this.moments],
    };
  }

  /** In no order. */
  dues(now: Date): Due[] {
    return [...this.#dueTimers(), ...this.commands.flatMap((command) => this.#duesOf(command, now))];
  }

  #dueTimers(): Due[] {
    return this.folder.timers().map(({ unit, at, argv }) => ({
      at,
      act: () => {
        this.folder.removeTimer(unit);
        this.folder.note(at, `timer ${unit}`);
        this.#run(this.folder, `${this.id}-${unit}`, argv, at);
      },
    }));
  }

  #duesOf(command: Command, now: Date): Due[] {
    const { endsBy, process } = command;
    if (process && process.exitCode === undefined && endsBy)
      return [{ at: endsBy, act: () => process.kill() }];
    const at = command.startsAt(now);
    if (at !== undefined && at <= now && this.#agentIsFrozen()) {
      command.hold();
      return [];
    }
    return at === undefined ? [] : [{ at, act: () => this.#start(command, at) }];
  }

  #start(command: Command, at: Date): void {
    command.startedAt = at;
    if (command.failsAtOnce) return;
    const { id, script } = command.order;
    const file = join(this.folder.path, `${id}.sh`);
    writeFileSync(file, `${ledIntoFolder(script, this.folder)}\n`);
    command.process = this.#run(this.folder, id, ['/bin/sh', file], at);
  }

  #agentIsFrozen(): boolean {
    const frozen = new Set(this.folder.frozen());
    return placesOfAgent.some((place) => frozen.has(this.folder.mountOf(place).target));
  }
}
