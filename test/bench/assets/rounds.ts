/** Rounds in which each side publishes the same folder, step by step, into the same bucket. */
import { check, describeVerdict } from './check.ts';
import type { Files } from './files.ts';
import { measure, median, type Spent } from './measure.ts';
import { type S3Process, siteBucket } from './s3-process.ts';
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

interface Sample {
  spent: Spent;
  requests: number;
  wrong: string;
}

/** Once each: what is bundled or compiled when first started is no part of what is measured. */
export async function warmUp({ s3, sides, files }: Pick<Rounds, 's3' | 'sides' | 'files'>): Promise<void> {
  for (const side of sides) await measure(side.publish(files.folder, s3.url));
  await s3.empty(siteBucket);
}

/** Side by side, there and back again: whatever else the machine does in a round hits all alike. */
export async function runRounds({ s3, sides, files, steps, rounds }: Rounds): Promise<Result[]> {
  const samples = new Map<string, { side: string; step: string; all: Sample[] }>();
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? sides : [...sides].reverse()) {
      for (const step of steps.filter(({ isFirst }) => isFirst || !side.isFloor)) {
        const key = `${side.name}/${step.name}`;
        const sampled = samples.get(key) ?? { side: side.name, step: step.name, all: [] };
        samples.set(key, sampled);
        sampled.all.push(await take(side, step, files, s3));
      }
    }
  }
  await s3.empty(siteBucket);
  return [...samples.values()].map(({ side, step, all }) => ({ side, step, ...summaryOf(all) }));
}

async function take(side: Side, step: Step, files: Files, s3: S3Process): Promise<Sample> {
  if (step.isFirst) await s3.empty(siteBucket);
  step.prepare?.(files);
  await s3.takeTraffic();
  const spent = await measure(side.publish(files.folder, s3.url));
  const { requests } = await s3.takeTraffic();
  const wrong = describeVerdict(await check(files, s3.place, siteBucket));
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
