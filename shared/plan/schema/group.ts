/** A group: what is scaled, within which bounds, and by what. What needs more than one key at a time is in `rules/`. */
import { z } from 'zod';
import * as jobs from '../../../functions/scale-group/job.ts';
import { nameField } from '../../job.ts';
import { loadBalancers, targetGroups } from './balancers.ts';
import { described, oneOfKeys, tags } from './fields.ts';
import { policies } from './group-policies.ts';
import { time } from './tier.ts';

const job = jobs.scaleGroupJob.shape;

const instances = z.strictObject({ tags, targetGroups, loadBalancers });

const periodKeys = jobs.period.shape;
const period = z
  .strictObject({
    days: described(periodKeys.days, 'The weekdays. Left out: every day.', [['monday', 'friday']]),
    at: time.meta({
      description: "From this time of day on, in the plan's `timezone`, in quotes.",
      examples: ['07:30'],
    }),
    minimum: described(periodKeys.minimum, 'In place of `minimum`; never below it.', [4]),
    maximum: described(periodKeys.maximum, 'In place of `maximum`; never above it.', [8]),
    capacity: described(periodKeys.capacity, 'Exactly so many, whatever the load: both at once.', [0]),
  })
  .meta({ anyOf: ['minimum', 'maximum', 'capacity'].map((key) => ({ required: [key] })) });

/** As in a job: `cooldown`. */
function pause(mostSeconds: number) {
  const expected = `is not a pause; expected 60 to ${mostSeconds} seconds`;
  return z.int({ error: expected }).min(60, expected).max(mostSeconds, expected);
}

export const groupSchema = z
  .strictObject({
    name: described(nameField, 'The group: part of what it becomes, and how jobs and reports call it.', [
      'web',
    ]),
    autoScalingGroup: described(
      job.autoScalingGroup,
      'An Auto Scaling group, by name: its desired capacity is set, within its own bounds too.',
      ['web'],
    ),
    instances: instances.optional().meta({
      description:
        'Instances with these tags, which are started and stopped; none that is in an Auto Scaling group.',
    }),
    minimum: described(job.minimum, 'Never fewer.', [2]),
    maximum: described(job.maximum, 'Never more.', [12]),
    policies,
    schedule: z
      .array(period, { error: 'is not a list; expected at least one "- { at: …, minimum: … }"' })
      .max(50, 'is too long; expected 50 entries at most')
      .default([])
      .meta({
        description:
          'Bounds by the clock: each entry holds from its moment on until that of the next, against any load.',
      }),
    exceptDates: described(
      job.exceptDates,
      'Dates on which no entry of `schedule` begins: what held the evening before goes on.',
      [['2026-12-25']],
    ),
    warmupSeconds: described(
      job.warmupSeconds,
      'So long after its start an instance takes no full load yet: it counts as coming, not as there.',
    ),
    cooldown: z
      .strictObject({
        outSeconds: pause(3600).default(60).meta({
          description: 'After any growth no other for so long: a minute at least, an hour at most.',
        }),
        inSeconds: pause(86_400).default(300).meta({
          description: 'After any change no shrinking for so long: a minute at least, a day at most.',
        }),
      })
      .default({ outSeconds: 60, inSeconds: 300 })
      .meta({ description: 'The pauses between changes, whoever makes them.' }),
    stabilizationSeconds: described(
      job.stabilizationSeconds,
      'It shrinks only if the load has asked for it for all of this time.',
    ),
    tick: z
      .enum(['1 minute', '5 minutes'], { error: 'is not a tick; expected "1 minute" or "5 minutes"' })
      .default('1 minute')
      .meta({ description: 'How often it is looked at when no alarm and no schedule starts it.' }),
  })
  .meta(oneOfKeys(['autoScalingGroup', 'instances']));
