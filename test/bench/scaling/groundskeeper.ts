/** scale-group's own decision, looked at each minute as its tick does, with its defaults. */
import { decideCapacity } from '../../../functions/scale-group/decide.ts';
import type { GroupState, SeenGroup, Series, Signal } from '../../../functions/scale-group/group.ts';
import { type ScaleGroupJob, type Step, scaleGroupJob } from '../../../functions/scale-group/job.ts';
import { beginning, settled } from '../../../functions/scale-group/state.ts';
import { type Fleet, startMinutes } from './fleet.ts';
import { bounds, change, type Side, type Thresholds, type View } from './side.ts';
import { acceptableSeconds, secondsPerMessage } from './work.ts';

const midnight = Date.parse('2026-11-23T00:00:00Z');
const timeOf = (minute: number): Date => new Date(midnight + minute * 60_000);

type Observer = (view: View) => Signal[];

function deciding(
  policies: readonly object[],
  observer: Observer,
  overrides: Partial<ScaleGroupJob> = {},
): Side {
  const job = scaleGroupJob.parse({
    group: 'bench',
    autoScalingGroup: 'bench',
    ...bounds,
    warmupSeconds: startMinutes * 60,
    policies,
    cause: 'tick',
    ...overrides,
  });
  let state: GroupState = {};
  return (view) => {
    const step = decide(job, view, observer(view), state);
    state = step.state;
    return step.capacity;
  };
}

function decide(
  job: ScaleGroupJob,
  { minute, fleet }: View,
  signals: Signal[],
  remembered: GroupState,
): { capacity: number; state: GroupState } {
  const now = timeOf(minute);
  const group = seenAs(fleet, minute);
  const state = settled(remembered, group, now);
  const decision = decideCapacity({ job, group, signals, state, now });
  const isKept = decision.kind === 'keep';
  return { capacity: decision.to, state: isKept ? state : beginning(state, decision, job, now) };
}

const seenAs = (fleet: Fleet, minute: number): SeenGroup => ({
  capacity: fleet.size,
  starting: fleet.size - fleet.serving(minute),
  serving: fleet.started.map((at) => timeOf(at + startMinutes)),
  minimum: 0,
  maximum: 1000,
});

/** Two alarms of one period each. */
export function stepScaling({ high, low }: Thresholds, outSteps: readonly Step[] = [{ change }]): Side {
  const isHigh = watch('high', high, 'above');
  const isLow = watch('low', low, 'below');
  const policies = [
    { kind: 'step', alarm: 'high', steps: outSteps },
    { kind: 'step', alarm: 'low', steps: [{ upperBound: 0, change: -change }] },
  ];
  return deciding(policies, (view) => [isHigh(view), isLow(view)]);
}

/** CloudWatch's alarm: it remembers since when it is in its state. */
function watch(name: string, threshold: number, rings: 'above' | 'below'): (view: View) => Signal {
  let state: 'OK' | 'ALARM' = 'OK';
  let since = timeOf(0);
  return ({ minute, values }) => {
    const value = values.at(-1);
    const isOver = value !== undefined && (rings === 'above' ? value > threshold : value < threshold);
    const next = isOver ? 'ALARM' : 'OK';
    if (next !== state) since = timeOf(minute);
    state = next;
    return { kind: 'alarm', alarm: { name, state, since, threshold, rings, value } };
  };
}

export function targetTracking(value: number, overrides?: Partial<ScaleGroupJob>): Side {
  const policy = { kind: 'target', metric: { namespace: 'AWS/EC2', name: 'CPUUtilization' }, value };
  return deciding([policy], (view) => [{ kind: 'series', series: seriesOf(view.values) }], overrides);
}

export function backlogTracking(overrides?: Partial<ScaleGroupJob>): Side {
  const policy = { kind: 'backlog', queue: 'bench', secondsPerMessage, acceptableSeconds };
  const observer: Observer = (view) => [
    { kind: 'series', series: { ...seriesOf(view.values), arrivals: seriesOf(view.arrivals).samples } },
  ];
  return deciding([policy], observer, overrides);
}

/** The newest ones: more than any window here. */
function seriesOf(values: readonly number[]): Series {
  const first = Math.max(0, values.length - 30);
  const samples = values.slice(first).map((value, index) => ({ at: timeOf(first + index), value }));
  return { periodSeconds: 60, samples };
}
