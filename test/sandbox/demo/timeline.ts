/** Tells what happened, a day at a time: quiet hours as one line a tier, all else as it came. */
import type { Outcome } from '../../../shared/report.ts';
import { parseSlotId } from '../../../shared/slot.ts';
import type { Delivery, Start } from '../lambda-host.ts';
import type { Calendar } from './calendar.ts';
import { type Company, copyRegion } from './company.ts';
import { scalingTexts } from './fleet.ts';
import { counted, heading, print, quiet, striking } from './page.ts';

/** One tier's day, of one backup. */
interface TierDay {
  starts: Date[];
  taken: number;
  expired: number;
}

interface Note {
  at: Date;
  text: string;
}

/** Kept for a reason that is worth a line the first time. What is not named here is told in its own words. */
const keepTexts: Readonly<Record<string, (name: string) => string>> = {
  'volume-error': (name) => `${name} is left out: the volume is in error.`,
  'in-use-by-image': (name) => `The ${name} is due, but kept: an image uses it.`,
};

/** Reasons that the story tells itself, or that are the rule. */
const quietReasons = new Set([
  'agrees',
  'already-taken',
  'slot-done',
  'copied',
  'copy-under-way',
  'not-planned',
  'not-completed',
  'copy-awaited',
  'tier-not-copied',
  'backup-failed',
  'nothing-to-promote',
  'unchanged',
  'enough',
  'draining',
  'stopping',
]);

export class Timeline {
  readonly #company: Company;
  readonly #calendar: Calendar;
  /** `<backup> <tier>` to retention, as deployed. */
  readonly #tiers: ReadonlyMap<string, string>;
  readonly #told = new Set<string>();
  #day = '';
  #tierDays = new Map<string, TierDay>();
  #notes: Note[] = [];
  #copied = 0;

  constructor(company: Company, calendar: Calendar, tiers: ReadonlyMap<string, string>) {
    this.#company = company;
    this.#calendar = calendar;
    this.#tiers = tiers;
  }

  note(at: Date, text: string): void {
    this.#turnTo(at);
    this.#notes.push({ at, text });
  }

  record({ at, payload }: Start, deliveries: readonly Delivery[]): void {
    this.#turnTo(at);
    const tier = tierOf(payload);
    // What an event or the copies' schedule does is told by what is copied.
    if (tier !== undefined) this.#tierDay(tier).starts.push(at);
    for (const { attempts } of deliveries) {
      for (const { report } of attempts) {
        for (const outcome of report?.outcomes ?? []) this.#see(outcome, at, tier);
      }
    }
  }

  /** Prints the day that is being told. */
  finishDay(): void {
    if (this.#day === '') return;
    print();
    print(heading(this.#day));
    for (const tier of this.#tiers.keys()) {
      const day = this.#tierDays.get(tier);
      if (day) print(this.#tierLine(tier, day));
    }
    if (this.#copied > 0)
      print(
        `  ${''.padEnd(9)}${''.padEnd(labelWidth)}${counted(this.#copied, 'copy', 'copies')} begun in ${copyRegion}`,
      );
    for (const { at, text } of this.#notes) {
      const [first = '', ...rest] = text.split('\n');
      print(`  ${this.#calendar.time(at).padEnd(9)}${striking(first)}`);
      for (const line of rest) print(`  ${' '.repeat(9)}${striking(line)}`);
    }
    this.#day = '';
    this.#tierDays = new Map();
    this.#notes = [];
    this.#copied = 0;
  }

  #turnTo(at: Date): void {
    const day = this.#calendar.day(at);
    if (day === this.#day) return;
    this.finishDay();
    this.#day = day;
  }

  #tierDay(tier: string): TierDay {
    const day = this.#tierDays.get(tier) ?? { starts: [], taken: 0, expired: 0 };
    this.#tierDays.set(tier, day);
    return day;
  }

  #see(outcome: Outcome, at: Date, tier: string | undefined): void {
    const { decision, reason, outcome: result, detail = '' } = outcome;
    if (result === 'kept') this.#seeKept(outcome, at);
    // What a try took before it died was taken, too.
    const isTaken = (decision === 'create' && result === 'done') || reason === 'already-taken';
    if (isTaken && tier !== undefined) this.#tierDay(tier).taken += 1;
    const slot = parseSlotId(detail.split(', ')[1] ?? '');
    if (decision === 'delete' && result === 'done' && slot) this.#tierDay(labelOf(slot)).expired += 1;
    if (result === 'done') this.#seeDone(outcome, at);
  }

  #seeDone({ decision, reason, resource, detail = '' }: Outcome, at: Date): void {
    if (reason === 'changed-by-another')
      this.note(at, `The nightly check of the site makes ${fileOf(resource)} right again.`);
    const told = scalingTexts[decision]?.(this.#company.nameOf(resource), detail);
    if (told !== undefined) this.note(at, told);
    if (decision === 'copy') this.#copied += 1;
    if (decision === 'promote') this.#seePromoted(detail, at);
    if (decision !== 'create' || !detail.includes('-consistent') || this.#told.has(resource)) return;
    this.#told.add(resource);
    const [, consistency = ''] = detail.split('; ');
    this.note(at, `The volumes of ${this.#company.nameOf(resource)} are one set, ${consistency}.`);
  }

  #seePromoted(detail: string, at: Date): void {
    const [, source = '', slotText = '', until = ''] =
      /^(\S+): becomes (\S+), and stays until (\S+)/.exec(detail) ?? [];
    const { tier = '' } = parseSlotId(slotText) ?? {};
    const name = this.#company.nameOf(source);
    const end = this.#calendar.until(new Date(until), at);
    this.note(at, `The first good snapshot of ${name} after it becomes the ${tier} one, until ${end}.`);
  }

  #seeKept({ resource, reason, detail = '' }: Outcome, at: Date): void {
    if (quietReasons.has(reason) || this.#told.has(`${resource} ${reason}`)) return;
    this.#told.add(`${resource} ${reason}`);
    const [source = '', slotText = ''] = detail.split(', ');
    const slot = parseSlotId(slotText);
    const name = slot
      ? `${slot.tier} snapshot of ${this.#company.nameOf(source)} of ${this.#calendar.shortDay(slot.time)}`
      : this.#company.nameOf(resource);
    this.note(at, keepTexts[reason]?.(name) ?? `${name} is kept: ${reason}.`);
  }

  #tierLine(tier: string, { starts, taken, expired }: TierDay): string {
    const [first] = starts;
    const when = starts.length === 1 && first ? this.#calendar.time(first) : `${starts.length} times`;
    const did = `${taken > 0 ? `${taken} taken` : ''}`.padEnd(10) + (expired > 0 ? `${expired} expired` : '');
    const why = taken > 0 ? `each kept ${this.#tiers.get(tier)}` : `${this.#tiers.get(tier)} have passed`;
    return `  ${(starts.length === 0 ? '' : when).padEnd(9)}${tier.padEnd(labelWidth)}${did.padEnd(22)}${quiet(why)}`;
  }
}

const labelWidth = 16;

/** The path in `s3://bucket/path`. */
const fileOf = (resource: string): string => resource.split('/').slice(3).join('/');

const labelOf = ({ backup, tier }: { backup: string; tier: string }): string => `${backup} ${tier}`;

/** `<backup> <tier>` of a job that makes backups. */
export function tierOf(payload: unknown): string | undefined {
  const { backup, tier } = payload as { backup?: string; tier?: string };
  return backup !== undefined && tier !== undefined ? labelOf({ backup, tier }) : undefined;
}
