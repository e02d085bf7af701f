/** What a run needs to remember: of files that it leaves alone, and of those that it brings and deletes. */
import { rmSync } from 'node:fs';
import { check, describeVerdict } from './check.ts';
import { makeFiles, renameHalf } from './files.ts';
import { atMost, type Judgement } from './limits.ts';
import { measure } from './measure.ts';
import type { S3Process } from './s3-process.ts';
import { ours } from './sides.ts';

const megabytes = 1024 * 1024;

interface Peaks {
  first: number;
  again: number;
  renamed: number;
}

async function peaksOf(s3: S3Process, folder: string, count: number): Promise<Peaks> {
  await s3.empty(ours.bucket);
  const files = makeFiles(folder, count, () => 100);
  const first = await measure(ours.publish(folder, s3.url));
  const again = await measure(ours.publish(folder, s3.url));
  const others = renameHalf(files);
  const renamed = await measure(ours.publish(folder, s3.url));
  const wrong = describeVerdict(await check(others, s3.place, ours.bucket));
  rmSync(folder, { recursive: true });
  if (wrong) throw new Error(`${count} keys: ${wrong}`);
  const told = [first, again, renamed].map(
    (spent) => `${spent.seconds.toFixed(1)} s, ${readable(spent.peakBytes)}`,
  );
  process.stderr.write(`  ${count} keys: first ${told[0]}; again ${told[1]}; half renamed ${told[2]}\n`);
  return { first: first.peakBytes, again: again.peakBytes, renamed: renamed.peakBytes };
}

const readable = (bytes: number): string => `${Math.round(bytes / megabytes)} MiB`;

export async function runMemory(
  s3: S3Process,
  folder: string,
  few: number,
  many: number,
): Promise<Judgement[]> {
  const small = await peaksOf(s3, folder, few);
  const large = await peaksOf(s3, folder, many);
  const more = (what: string, field: keyof Peaks) =>
    atMost(
      `memory of ${many} keys beside ${few}, ${what}`,
      Math.max(0, large[field] - small[field]) / megabytes,
      50,
      ' MiB',
    );
  return [
    more('nothing changed', 'again'),
    more('all of them new', 'first'),
    more('half of them renamed', 'renamed'),
  ];
}
