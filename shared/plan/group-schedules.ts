/** The schedules of groups: a tick, by which all goes on that is begun, and the moments at which other bounds hold. */
import { type Period, weekdays } from '../../functions/scale-group/job.ts';
import { minuteOfDay } from './cadence.ts';
import type { Group } from './group.ts';
import { scaleGroupJobOf } from './group-jobs.ts';
import { groupResourceId, momentScheduleId, momentScheduleName, tickScheduleName } from './logical-ids.ts';
import type { Plan } from './plan.ts';
import type { Schedule } from './schedules.ts';

export const groupSchedules = (plan: Pick<Plan, 'groups' | 'timezone'>): Schedule[] =>
  plan.groups.flatMap((group) => [...moments(group, plan), tick(group, plan)]);

const tick = (group: Group, plan: Pick<Plan, 'timezone'>): Schedule => ({
  logicalId: groupResourceId(group.name, 'TickSchedule'),
  name: tickScheduleName(group.name),
  description: `Looks whether the group ${group.name} fits its load, and goes on with what is begun`,
  startsFunction: 'scale-group',
  job: scaleGroupJobOf(group, plan, 'tick'),
  rhythm: { unit: 'minute', minutes: group.tickMinutes, from: 0 },
});

/** One a time of day, of all the weekdays on which an entry begins then. */
function moments(group: Group, plan: Pick<Plan, 'timezone'>): Schedule[] {
  const { name, scaling } = group;
  return [...new Set(scaling.schedule.map(({ at }) => at))].map((at) => ({
    logicalId: momentScheduleId(name, at),
    name: momentScheduleName(name, at),
    description: `Gives the group ${name} the bounds that hold from ${at} on`,
    startsFunction: 'scale-group',
    job: scaleGroupJobOf(group, plan, 'schedule'),
    rhythm: { unit: 'weekdays', on: daysOf(scaling.schedule, at), at: minuteOfDay(at) },
  }));
}

const daysOf = (schedule: Group['scaling']['schedule'], at: Period['at']): Period['days'] =>
  weekdays.filter((weekday) =>
    schedule.some((entry) => entry.at === at && (entry.days ?? weekdays).includes(weekday)),
  );
