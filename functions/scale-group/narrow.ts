/** Which alarm an event of CloudWatch is of, and what it says. See docs/scale-group.md for the rules that bring them. */
import * as z from 'zod/mini';
import { EventError } from '../../shared/errors.ts';
import type { ScaleGroupJob } from './job.ts';

const detailType = 'CloudWatch Alarm State Change';

// AWS adds fields as it likes: only what is read here must be there.
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
const stateChange = z.looseObject({
  'detail-type': z.literal(detailType),
  detail: z.looseObject({
    alarmName: z.string(),
    state: z.looseObject({
      value: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
      timestamp: z.string().check(z.refine((text) => momentIn(text) !== undefined, 'expected a time')),
      reasonData: z.optional(z.string()),
    }),
  }),
});

/** "2026-03-09T08:14:05.431+0000", which is no form that JavaScript promises to read. */
function momentIn(text: string): string | undefined {
  const moment = new Date(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}

/**
 * The job with what the alarm's event says; undefined if no policy of the group is of that alarm.
 *
 * @throws EventError if the event is not of an alarm's state
 */
export function narrow(job: ScaleGroupJob, event: unknown): ScaleGroupJob | undefined {
  const parsed = stateChange.safeParse(event);
  if (!parsed.success) {
    throw new EventError(
      `The event is not "${detailType}" as CloudWatch sends it:\n${z.prettifyError(parsed.error)}`,
    );
  }
  const { alarmName: name, state } = parsed.data.detail;
  if (!job.policies.some((policy) => policy.kind === 'step' && policy.alarm === name)) return undefined;
  const value = newestIn(state.reasonData);
  const at = momentIn(state.timestamp) as string;
  return { ...job, alarm: { name, state: state.value, at, ...(value !== undefined && { value }) } };
}

/** The parts of `reasonData` that tell values; AWS promises none of them. */
const reasonSchema = z.looseObject({
  recentDatapoints: z.optional(z.array(z.number())),
  evaluatedDatapoints: z.optional(
    z.array(z.looseObject({ timestamp: z.string(), value: z.optional(z.number()) })),
  ),
});

/** Of several values without their times nobody says which is the newest: then CloudWatch is asked. */
function newestIn(reasonData: string | undefined): number | undefined {
  const parsed = reasonSchema.safeParse(jsonIn(reasonData));
  if (!parsed.success) return undefined;
  const { evaluatedDatapoints = [], recentDatapoints = [] } = parsed.data;
  const [newest] = evaluatedDatapoints
    .flatMap(({ timestamp, value }) =>
      value === undefined ? [] : [{ at: momentIn(timestamp) ?? '', value }],
    )
    .sort((one, other) => (one.at < other.at ? 1 : -1));
  return newest?.value ?? (recentDatapoints.length === 1 ? recentDatapoints[0] : undefined);
}

function jsonIn(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // No more than if it were missing: the value comes from CloudWatch.
    return undefined;
  }
}
