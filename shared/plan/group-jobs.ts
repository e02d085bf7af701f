/** The jobs of groups. An alarm that the stack makes is in them as `${<logical id>}`. */
import type { z } from 'zod';
import type { scaleGroupJob } from '../../functions/scale-group/job.ts';
import type { Group } from './group.ts';
import type { Plan } from './plan.ts';

type Cause = 'schedule' | 'tick';

/** @param cause left out of an alarm's, which the event makes one of */
export function scaleGroupJobOf(
  group: Group,
  { timezone }: Pick<Plan, 'timezone'>,
  cause?: Cause,
): z.input<typeof scaleGroupJob> {
  const { name, autoScalingGroup, instances, scaling } = group;
  return {
    group: name,
    ...(autoScalingGroup !== undefined && { autoScalingGroup }),
    ...(instances && { instances }),
    ...scaling,
    timezone,
    ...(cause && { cause }),
  };
}
