/** How decisions and their ends are told. */
import type { Outcome } from '../../shared/report.ts';
import type { Decision } from './decide.ts';

export type Invalidate = Extract<Decision, { kind: 'invalidate' }>;

/** As it was decided: kept, or withheld by a dry run. */
export function outcomeOf(decision: Decision): Outcome {
  const { kind, distribution, reason } = decision;
  const head = { resource: distribution.id, decision: kind, reason };
  if (decision.kind === 'keep') return { ...head, outcome: 'kept' };
  return { ...head, outcome: 'withheld', detail: said(decision) };
}

/** https://aws.amazon.com/cloudfront/pricing/: the first 1,000 of a month and account are free, whoever asks. */
const dollarsPerPath = 0.005;

/** How many paths, what they cost, what they hit needlessly, and which they are. */
export function said({ distribution, invalidation }: Invalidate): string {
  const { paths, wildcards, naive } = invalidation;
  const dollars = (paths.length * dollarsPerPath).toFixed(3);
  const count = `${counted(paths.length, 'path')}${wildcards > 0 ? `, ${wildcards} with a wildcard` : ''}`;
  return [
    `${count}${naive > paths.length ? `, for ${naive}` : ''}`,
    `$${dollars} where the month's 1,000 free ones are used up`,
    ...needlessly(invalidation),
    ...servedBy(distribution),
    ...unreached(distribution),
    listed(paths),
  ].join('; ');
}

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

function needlessly({ needless, examples }: Invalidate['invalidation']): string[] {
  if (needless === undefined) return ['the unchanged files are not known'];
  const such = examples.length > 0 ? `, such as ${examples.join(', ')}` : '';
  return [`${counted(needless, 'file')} needlessly${such}`];
}

function servedBy({ origins, shows }: Invalidate['distribution']): string[] {
  if (origins.length < 2 || shows.length === 0) return [];
  return [`of ${counted(origins.length, 'origin')} it is ${shows.map(({ id }) => id).join(', ')}`];
}

/** CloudFront developer guide, "Specify the files to invalidate": a path without its query is just that. */
function unreached({ behaviors, shows }: Invalidate['distribution']): string[] {
  const ids = new Set(shows.map(({ id }) => id));
  const keeping = behaviors.some(
    ({ keepsQueries, origins }) => keepsQueries && origins.some((id) => ids.has(id)),
  );
  return keeping ? ['answers to requests with a query are kept apart, and only wildcards reach them'] : [];
}

const pathsTold = 200;

const listed = (paths: readonly string[]): string =>
  paths.length <= pathsTold
    ? paths.join(' ')
    : `${paths.slice(0, pathsTold).join(' ')} and ${paths.length - pathsTold} more`;
