/** Which faults a scenario goes through, from the calls that its undisturbed run makes. */
import { refusals } from './codes.ts';

export type FaultKind =
  /** Undisturbed; then the same event again, twice. */
  | 'none'
  | 'dry-run'
  /** The process is cut off just before its n-th call reaches AWS, or just after (the answer is lost). */
  | 'crash-before'
  | 'crash-after'
  /** The n-th call is refused for its rate, once or for ever. */
  | 'throttled-once'
  | 'throttled-ever'
  /** The n-th call is answered with a 500, once or for ever. */
  | 'failed-once'
  | 'failed-ever'
  /** The connection breaks, before AWS did the work or after it. */
  | 'reset-before'
  | 'reset-after'
  /** The n-th call is refused with this code, once. */
  | 'code'
  /** The same event starts a second time just before the first run's n-th call: as another event, or as a retry. */
  | 'doubled'
  | 'doubled-retry'
  /** Several of these at random. */
  | 'chaos'
  /** Someone else changes the account just before the n-th call. */
  | 'meanwhile';

export interface FaultPlan {
  kind: FaultKind;
  /** From 1; 0 if it is about the whole run. */
  call: number;
  /** What that call was in the undisturbed run: `ec2 CreateSnapshot`. */
  action: string;
  /** The code, the name of what happens meanwhile, or which of many random runs. */
  detail?: string;
}

export const undisturbed: FaultPlan = { kind: 'none', call: 0, action: '' };

/** `code:UnauthorizedOperation@3`: how a fault is named in tables and seeds. */
export const faultText = ({ kind, call, detail }: FaultPlan): string =>
  `${kind}${detail === undefined ? '' : `:${detail}`}${call === 0 ? '' : `@${call}`}`;

const atEveryCall = [
  'crash-before',
  'crash-after',
  'throttled-once',
  'throttled-ever',
  'failed-once',
  'failed-ever',
  'reset-before',
  'reset-after',
  'doubled',
  'doubled-retry',
] as const;

/** @param calls `<service> <action>` of each call of the undisturbed run */
export function allFaults(calls: readonly string[], meanwhile: readonly string[]): FaultPlan[] {
  const numbered = calls.map((action, index) => ({ action, call: index + 1 }));
  return [
    undisturbed,
    { ...undisturbed, kind: 'dry-run' },
    ...Array.from(
      { length: 20 },
      (_, index): FaultPlan => ({ ...undisturbed, kind: 'chaos', detail: `${index + 1}` }),
    ),
    ...atEveryCall.flatMap((kind) => numbered.map((at): FaultPlan => ({ kind, ...at }))),
    ...numbered.flatMap((at) =>
      (refusals[at.action] ?? []).map(({ code }): FaultPlan => ({ kind: 'code', ...at, detail: code })),
    ),
    ...meanwhile.flatMap((detail) => numbered.map((at): FaultPlan => ({ kind: 'meanwhile', ...at, detail }))),
  ];
}

export const isRead = (action: string): boolean =>
  /^\S+ (Describe|Get|Head|List|Select|Query|Scan)/.test(action);

/**
 * The fixed subset that every `npm test` runs. Of each scenario: undisturbed, dry, cut off before the
 * first write and after every one (what is read in between leaves nothing behind); and at the first
 * of each kind of write a lost answer, a lasting failure and a double. Of a thorough one every fault
 * at the first of each kind of write, some at the first of each kind of read (of the refusals one, as
 * of the ledger's writes: a run ends by any of them), and three random ones.
 */
export function fewFaults(
  calls: readonly string[],
  meanwhile: readonly string[],
  thorough: boolean,
): FaultPlan[] {
  const firstWrite = calls.findIndex((action) => !isRead(action)) + 1;
  const chosen = chosenKinds(thorough);
  /** One call of S3 writes locks, files and manifests, each on another condition: one scenario tries them all. */
  const isTold = ({ action, call }: FaultPlan) =>
    calls.indexOf(action) + 1 === call || (thorough && action === 's3 PutObject');
  const isChosen: Partial<Record<FaultKind, (plan: FaultPlan) => boolean>> = {
    chaos: ({ detail }) => thorough && Number(detail) <= 3,
    'crash-before': ({ call }) => call === firstWrite,
    'crash-after': (plan) => !isRead(plan.action) && (!isOfS3(plan) || isTold(plan)),
    'reset-after': (plan) => !isRead(plan.action) && isTold(plan),
  };
  const isAmongFirst = ({ kind, call, action, detail }: FaultPlan) => {
    if (kind === 'code' && !isTelling(action, detail)) return false;
    const isFirst = calls.indexOf(action) + 1 === call; // true of what is about the whole run
    return isFirst && (isRead(action) ? chosen.reads : chosen.writes).has(kind);
  };
  return allFaults(calls, meanwhile).filter((plan) => (isChosen[plan.kind] ?? isAmongFirst)(plan));
}

const isOfS3 = ({ action }: FaultPlan): boolean => action.startsWith('s3 ');

/** A refused read ends a run whatever the code, and so does most of what the ledger refuses. */
function isTelling(action: string, code: string | undefined): boolean {
  const endsByAny = isRead(action) || /^(simpledb|dynamodb) /.test(action);
  const means = ['ConditionalCheckFailed', 'ConditionalCheckFailedException', 'NoSuchDomain'];
  return !endsByAny || code === refusals[action]?.[0]?.code || means.includes(code ?? '');
}

/** `none` and `dry-run` are about no call, and count as writes. */
function chosenKinds(thorough: boolean): Record<'reads' | 'writes', Set<FaultKind>> {
  return thorough
    ? {
        reads: new Set(['meanwhile', 'throttled-once', 'failed-ever', 'code']),
        writes: new Set(['none', 'dry-run', 'meanwhile', 'code', ...atEveryCall]),
      }
    : {
        reads: new Set(['meanwhile']),
        writes: new Set(['none', 'dry-run', 'meanwhile', 'reset-after', 'failed-ever', 'doubled']),
      };
}
