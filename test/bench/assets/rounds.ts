/** Rounds in which each side publishes the same folder, step by step, each into a bucket of its own. */
import { check, describeVerdict } from './check.ts';
import type { Files } from './files.ts';
import { measure, median, type Spent } from './measure.ts';
import type { S3Process } from './s3-process.ts';
import type { Side } from './sides.ts';

export interface Step {
  name: string;
  /** What happens to the files before. */
  prepare?: (files: Files) => void;
  /** Into a bucket that is empty: only this the floor can do. */
  isFirst?: boolean;
}

export interface Result {
  side: string;
  step: string;
  /** Medians of the rounds. */
  spent: Spent;
  requests: number;
  /** What the bucket held that the folder did not, in any round; '' where all was right. */
  wrong: string;
}

export interface Rounds {
  s3: S3Process;
  sides: readonly Side[];
  files: Files;
  steps: readonly Step[];
  rounds: number;
}

interface Turn {
  side: Side;
  step: Step;
  /** Of this side. */
  isLast: boolean;
}

interface Sample {
  spent: Spent;
  requests: number;
  wrong: string;
}

/** Once each: what is bundled or compiled when first started is no part of what is measured. */
export async function warmUp({ s3, sides, files }: Pick<Rounds, 's3' | 'sides' | 'files'>): Promise<void> {
  for (const side of sides) {
    await measure(side.publish(files.folder, s3.url));
    await s3.empty(side.bucket);
  }
}

/** By turns at each step, there and back again: whatever else the machine does hits all alike. */
export async function runRounds({ s3, sides, files, steps, rounds }: Rounds): Promise<Result[]> {
  const turns = sides.flatMap((side) => turnsOf(side, steps));
  const samples = new Map(turns.map((turn) => [turn, [] as Sample[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const step of steps) {
      step.prepare?.(files);
      const now = turns.filter((turn) => turn.step === step);
      if (round % 2 === 1) now.reverse();
      for (const turn of now) samples.get(turn)?.push(await take(turn, files, s3));
    }
  }
  return turns.map((turn) => ({
    side: turn.side.name,
    step: turn.step.name,
    ...summaryOf(samples.get(turn) ?? []),
  }));
}

function turnsOf(side: Side, steps: readonly Step[]): Turn[] {
  const own = steps.filter(({ isFirst }) => isFirst || !side.isFloor);
  return own.map((step) => ({ side, step, isLast: step === own.at(-1) }));
}

async function take({ side, step, isLast }: Turn, files: Files, s3: S3Process): Promise<Sample> {
  if (step.isFirst) await s3.empty(side.bucket);
  await s3.takeTraffic();
  const spent = await measure(side.publish(files.folder, s3.url));
  const { requests } = await s3.takeTraffic();
  const wrong = describeVerdict(await check(files, s3.place, side.bucket));
  // Of large files the S3 need not hold all sides' at once.
  if (isLast) await s3.empty(side.bucket);
  process.stderr.write(
    `  ${side.name}, ${step.name}: ${spent.seconds.toFixed(2)} s, CPU ${spent.cpuSeconds.toFixed(2)} ${wrong}\n`,
  );
  return { spent, requests, wrong };
}

function summaryOf(all: readonly Sample[]): Omit<Result, 'side' | 'step'> {
  const of = (field: keyof Spent) => median(all.map(({ spent }) => spent[field]));
  return {
    spent: { seconds: of('seconds'), cpuSeconds: of('cpuSeconds'), peakBytes: of('peakBytes') },
    requests: median(all.map(({ requests }) => requests)),
    wrong: all.find(({ wrong }) => wrong !== '')?.wrong ?? '',
  };
}
