/** Plans for tests: the text of a small one, with pieces of it replaced. */
import { readPlan } from '../../shared/plan/read.ts';

export const now = new Date('2026-11-21T00:00:00Z');
export const target = { service: 'groundskeeper', stage: 'dev', region: 'us-east-1' };

/** The four classic tiers, as a line each. */
export const classicTiers = [
  '- { name: 3-hourly, every: 3 hours, minute: 20, keep: 24 hours }',
  '- { name: daily, every: day, at: "03:35", keep: 7 days }',
  '- { name: weekly, every: week, on: sunday, at: "03:45", keep: 1 month }',
  '- { name: monthly, every: month, on: 1, at: "03:55", keep: 1 year }',
];

export interface PlanText {
  head?: readonly string[];
  volumes?: string;
  /** What the backup is of, in place of volumes. */
  subject?: string;
  /** Further lines of the backup. */
  more?: readonly string[];
  tiers?: readonly string[];
}

/** One backup, `data`; its first tier is on line 6 if `head` has its default line and `more` is empty. */
export function planText({
  head = ['timezone: Europe/Berlin'],
  volumes = '{ tags: { Backup: data } }',
  subject = `volumes: ${volumes}`,
  more = [],
  tiers = classicTiers,
}: PlanText = {}): string {
  return [
    ...head,
    'backups:',
    '  - name: data',
    `    ${subject}`,
    ...more.map((line) => `    ${line}`),
    '    tiers:',
    ...tiers.map((tier) => `      ${tier}`),
    '',
  ].join('\n');
}

/** Sites, each as the lines of its keys: the first key of the first is on line 3. */
export const siteText = (...sites: readonly (readonly string[])[]): string =>
  [
    'timezone: Europe/Berlin',
    'sites:',
    ...sites.flatMap((lines) => lines.map((line, index) => `  ${index === 0 ? '-' : ' '} ${line}`)),
    '',
  ].join('\n');

export const read = (text: string, region = target.region) =>
  readPlan(text, { file: 'groundskeeper.yml', region, now });

/** The plan that ships, with the examples in its comments: a # and no space after it, or two. */
export const withExamples = (text: string): string => text.replaceAll(/^( *)#(?=\S| {2})/gm, '$1');

/** The message of a plan that is wrong, or `no mistake`. */
export function mistakesOf(text: string, region = target.region): string {
  try {
    read(text, region);
    return 'no mistake';
  } catch (error) {
    return (error as Error).message;
  }
}
