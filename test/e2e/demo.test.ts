/** `npm run demo`, as a person starts it: what it shows at its end, and what it leaves behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');

/** The demo's temporary files go here; its processes have the path in their environment or arguments. */
let folder: string;
let demo: ChildProcess;
let output: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'demo-'));
  output = '';
  demo = spawn(process.execPath, ['--import', 'tsx', 'test/sandbox/demo.ts'], {
    cwd: root,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  demo.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
});

afterEach(() => {
  demo.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const ended = () => new Promise<number | null>((resolve) => demo.once('exit', resolve));

/** What is left of the demo: files, and processes (where the system shows them). */
function leftBehind(): string[] {
  const files = readdirSync(folder).filter((name) => name.startsWith('groundskeeper-'));
  return [...files, ...(existsSync('/proc') ? processesNaming(folder) : [])];
}

function processesNaming(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => ['environ', 'cmdline'].some((file) => textOf(`/proc/${pid}/${file}`).includes(text)))
    .map((pid) => textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it ended meanwhile, or is another user's
  }
}

describe('the demo', () => {
  it('ends with what the plan says, a ledger that agrees, and nothing left behind', async () => {
    expect(await ended(), output).toBe(0);
    const [head = [], ...rows] = lastTable();
    expect(head.slice(1, -2)).toEqual([...standing.keys()]);
    for (const name of ['warehouse', 'shop-files']) {
      const cells = rows.find(([volume]) => volume === name)?.slice(1, -1);
      // The monthly one failed, and stands beside the one that took its place.
      const counts = [...standing].map(([tier, count]) => (tier === 'monthly' ? count + 1 : count));
      const total = counts.reduce((sum, count) => sum + count, 0);
      expect([name, ...(cells ?? [])]).toEqual([name, ...[...counts, total].map(String)]);
    }
    for (const name of ['old-archive', 'build-cache']) {
      expect(rows.find(([volume]) => volume === name)?.slice(1, -1)).toEqual(['-', '-', '-', '-', '-']);
    }
    expect(linesAfter('spring.zip')).toEqual([
      'Uploaded: 53 files.',
      'CloudFront has nothing to forget: nobody has seen these before.',
      'A visitor sees "Lamps", and finds 53 files: all that pages refer to is there.',
    ]);
    for (const [what, heading] of [
      ['sale.zip', 'Lamps, from 20'],
      ['rolls back', 'Lamps'],
    ] as const) {
      expect(linesAfter(what)).toEqual([
        'Uploaded: about/index.html, index.html and prices.json.',
        'CloudFront forgets 4 paths: / /about* /index.html /prices.json',
        `A visitor sees "${heading}", and finds 53 files: all that pages refer to is there.`,
      ]);
    }
    expect(linesAfter('its alarm rings').slice(0, 2)).toEqual([
      'The group web grows: +2: 16 over the threshold 70 of groundskeeper-demo-web.busy, step 2 (by alarm groundskeeper-demo-web.busy).',
      'Of its web servers there are 4, before 2.',
    ]);
    expect(output).toContain('20:00    The group web shrinks: at most 1 by the schedule since 20:00');
    for (const worker of ['worker-1', 'worker-2']) {
      expect(output).toContain(`20:00    ${worker} leaves its balancer, and finishes what it has in hand.`);
      expect(output).toContain(`20:02    ${worker} has finished, and is stopped.`);
    }
    expect(output).toContain('The nightly check of the site makes about/index.html right again.');
    expect(output).toContain('the ledger and the tags agree');
    expect(output).toContain('without our owner tag nothing is ever deleted');
    expect(leftBehind()).toEqual([]);
  }, 600_000);

  it('leaves nothing behind when it is interrupted', async () => {
    const exitCode = ended();
    await expect.poll(() => output, { timeout: 120_000, interval: 200 }).toContain('Thu 25 March 2027');
    demo.kill('SIGINT');
    demo.kill('SIGINT'); // npm and tsx hand on what the terminal has sent already
    expect(await exitCode).toBe(130);
    expect(leftBehind()).toEqual([]);
  }, 180_000);
});

/** The three lines below the one with the text. */
function linesAfter(text: string): string[] {
  const lines = output.split('\n').map((line) => line.trim());
  const at = lines.findIndex((line) => line.includes(text));
  return lines.slice(at + 1, at + 4);
}

/** The cells of the table under the last heading that says what stands. */
function lastTable(): string[][] {
  const lines = output.slice(output.lastIndexOf('What stands on')).split('\n').slice(1);
  return lines.slice(0, lines.indexOf('')).map((line) => line.trim().split(/ {2,}/));
}

interface Tier {
  name: string;
  every: string;
  minute?: number;
  at?: string;
  on?: string | number;
  keep: string;
}

/** How many of each tier stand after the demo's last expiry: every minute of its days is held against the plan. */
const standing = countStanding(new Date('2027-03-25T17:00Z'), new Date('2027-04-02T11:50Z'));

function countStanding(from: Date, lastExpiry: Date): Map<string, number> {
  const { timezone, backups } = parse(readFileSync(join(root, 'test/sandbox/demo/plan.yml'), 'utf8')) as {
    timezone: string;
    backups: { tiers: Tier[] }[];
  };
  const counts = new Map<string, number>();
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
  for (let at = from.getTime() + 60_000; at <= lastExpiry.getTime(); at += 60_000) {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    for (const tier of backups[0]?.tiers ?? []) {
      const stands = starts(tier, new Date(at), parts) && end(at, tier.keep) > lastExpiry;
      counts.set(tier.name, (counts.get(tier.name) ?? 0) + Number(stands));
    }
  }
  return counts;
}

function starts({ every, minute, at, on }: Tier, time: Date, parts: Record<string, string>): boolean {
  if (every === '3 hours') return time.getUTCHours() % 3 === 0 && time.getUTCMinutes() === minute;
  const day = { day: true, week: parts['weekday']?.toLowerCase() === on, month: Number(parts['day']) === on };
  return day[every as keyof typeof day] && `${parts['hour']}:${parts['minute']}` === at;
}

function end(start: number, keep: string): Date {
  const [count = '', unit = ''] = keep.split(' ');
  const time = new Date(start);
  if (unit.startsWith('hour')) time.setUTCHours(time.getUTCHours() + Number(count));
  if (unit.startsWith('day')) time.setUTCDate(time.getUTCDate() + Number(count));
  if (unit.startsWith('month')) time.setUTCMonth(time.getUTCMonth() + Number(count));
  if (unit.startsWith('year')) time.setUTCFullYear(time.getUTCFullYear() + Number(count));
  return time;
}
