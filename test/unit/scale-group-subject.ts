/** What scale-group decides on, with what a test does not care about filled in. */
import type { Subject } from '../../functions/scale-group/decide.ts';
import type { SeenAlarm, SeenGroup, Series, Signal } from '../../functions/scale-group/group.ts';
import { scaleGroupJob } from '../../functions/scale-group/job.ts';

/** A Monday. */
export const now = new Date('2026-11-23T12:00:00Z');

export const ago = (seconds: number, moment = now): Date => new Date(moment.getTime() - seconds * 1000);

/** All of it in service for a day, but for those that start. */
export function aGroup({ capacity = 10, starting = 0, ...overrides }: Partial<SeenGroup> = {}): SeenGroup {
  const serving = Array.from({ length: capacity - starting }, () => ago(86_400));
  return { capacity, starting, serving, minimum: 0, maximum: 100, ...overrides };
}

export const anAlarm = (overrides: Partial<SeenAlarm> = {}): SeenAlarm => ({
  name: 'cpu-high',
  state: 'ALARM',
  since: ago(3600),
  threshold: 60,
  rings: 'above',
  value: 73.4,
  ...overrides,
});

export const rings = (overrides: Partial<SeenAlarm> = {}): Signal => ({
  kind: 'alarm',
  alarm: anAlarm(overrides),
});

/** One value a minute, the last of the minute that has just ended. */
export const aSeries = (...values: readonly (number | undefined)[]): Series => ({
  periodSeconds: 60,
  samples: values.flatMap((value, index) =>
    value === undefined ? [] : [{ at: ago(60 * (values.length - index)), value }],
  ),
});

export const shows = (...values: readonly (number | undefined)[]): Signal => ({
  kind: 'series',
  series: aSeries(...values),
});

export const unknown: Signal = { kind: 'unknown', why: 'queue-age does not exist' };

export const outPolicy = { kind: 'step', alarm: 'cpu-high', steps: [{ lowerBound: 0, change: 3 }] };
export const inPolicy = { kind: 'step', alarm: 'cpu-low', steps: [{ upperBound: 0, change: -2 }] };
export const targetPolicy = {
  kind: 'target',
  metric: { namespace: 'AWS/EC2', name: 'CPUUtilization' },
  value: 60,
};
export const backlogPolicy = {
  kind: 'backlog',
  queue: 'images',
  secondsPerMessage: 0.1,
  acceptableSeconds: 10,
};

interface Given extends Partial<Omit<Subject, 'job'>> {
  job?: Record<string, unknown>;
}

export const aSubject = ({ job, ...seen }: Given = {}): Subject => ({
  job: scaleGroupJob.parse({ group: 'web', autoScalingGroup: 'web', minimum: 0, maximum: 100, ...job }),
  group: aGroup(),
  signals: [],
  state: {},
  now,
  ...seen,
});
