/**
 * What publishing a site takes, beside the tools of the field and the least that would do, all against the
 * same in-memory S3 on loopback: `npm run bench:assets`. `--case small` (or `large`, `release`, `memory`)
 * runs only that, `--side floor` only that side, `--rounds 1` each once, `--files 500` a tenth of the small files,
 * `--latency 25` lets every answer take so many milliseconds more.
 * Ends with 1 where a limit is not held, or a key is wrong.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { alter, makeFiles, smallSize, touch } from './files.ts';
import { type Judgement, judge, type Limit } from './limits.ts';
import { runMemory } from './memory.ts';
import { releaseBucket, runRelease } from './release.ts';
import { type Rounds, runRounds, type Step, warmUp } from './rounds.ts';
import { startS3Process } from './s3-process.ts';
import { findSides } from './sides.ts';
import { tableOf } from './table.ts';

const { values } = parseArgs({
  options: {
    case: { type: 'string', multiple: true, default: ['small', 'large', 'release', 'memory'] },
    side: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '3' },
    files: { type: 'string', default: '5000' },
    latency: { type: 'string', default: '0' },
  },
});

const count = Number(values.files);
const changes = Math.ceil(count / 100);
const allNew = `${count.toLocaleString('en')} files`;
const smallSteps: readonly Step[] = [
  { name: allNew, isFirst: true },
  { name: 'nothing changed' },
  { name: 'only times changed', prepare: touch },
  {
    name: `${changes} with other bytes, same size and time`,
    prepare: (files) => alter(files, changes),
  },
];
const smallLimits: readonly Limit[] = [
  { step: allNew, than: 'floor', most: 3 },
  { step: 'nothing changed', than: 'aws s3 sync', most: 0.6 },
  { step: 'only times changed', than: 'aws s3 sync', most: 0.6 },
];
const largeSteps: readonly Step[] = [{ name: '4 files of 256 MB', isFirst: true }];
const largeLimits: readonly Limit[] = [{ step: '4 files of 256 MB', than: 'floor', most: 1.6 }];

const found = findSides();
const sides = found.sides.filter(({ name }) => !values.side || values.side.includes(name));
const folder = mkdtempSync(join(tmpdir(), 'bench-assets-'));
const files = join(folder, 'site');
const buckets = [releaseBucket, ...found.sides.map(({ bucket }) => bucket)];
const s3 = await startS3Process(buckets, Number(values.latency));
const rounds = Number(values.rounds);

async function runCase(
  input: Pick<Rounds, 'files' | 'steps'>,
  limits: readonly Limit[],
): Promise<Judgement[]> {
  const results = await runRounds({ s3, sides, rounds, ...input });
  rmSync(input.files.folder, { recursive: true });
  console.log(`\n${tableOf(results)}\n`);
  return judge(results, limits);
}

const cases: Readonly<Record<string, () => Promise<Judgement[]>>> = {
  small: () => runCase({ files: makeFiles(files, count, smallSize), steps: smallSteps }, smallLimits),
  large: () => runCase({ files: makeFiles(files, 4, () => 256_000_000), steps: largeSteps }, largeLimits),
  release: () => runRelease(s3, makeFiles(files, count, smallSize), changes),
  memory: () => runMemory(s3, files, count / 5, count * 20),
};

const judgements: Judgement[] = [];
try {
  for (const line of found.left) console.log(`Left out: ${line}`);
  await warmUp({ s3, sides, files: makeFiles(files, 50, smallSize) });
  for (const [name, run] of Object.entries(cases)) {
    if (values.case.includes(name)) judgements.push(...(await run()));
  }
} finally {
  await s3.close();
  rmSync(folder, { recursive: true, force: true });
}
for (const { text, isHeld } of judgements) console.log(`${isHeld ? 'held' : 'NOT HELD'}  ${text}`);
process.exitCode = judgements.every(({ isHeld }) => isHeld) ? 0 : 1;
