/** What must hold of groups after every run. */
import { capacityOf, hadCapacity, mark, stateOf } from './claims-groups.ts';
import type { Invariant, Step } from './invariants.ts';
import type { SeenInstance } from './look-groups.ts';

const changedIn = ({ before, after }: Step): [SeenInstance, SeenInstance][] =>
  [...before.instances.values()].flatMap((instance): [SeenInstance, SeenInstance][] => {
    const now = after.instances.get(instance.id);
    return now && JSON.stringify(now) !== JSON.stringify(instance) ? [[instance, now]] : [];
  });

/** Of no group, of Auto Scaling, or protected by a person. */
const isUntouchable = ({ tags }: SeenInstance): boolean =>
  tags['Group'] === undefined ||
  tags['aws:autoscaling:groupName'] !== undefined ||
  tags['groundskeeper:protected'] !== undefined;

const nothingOfOthersIsTouched: Invariant = (step) =>
  changedIn(step)
    .filter(([before]) => isUntouchable(before))
    .map(([{ id }]) => `${id}, which is to be left alone, was changed`);

const noneStopsAtWork: Invariant = (step) =>
  changedIn(step)
    .filter(([before, after]) => before.state === 'running' && after.state === 'stopped')
    .filter(([, { registered, draining }]) => registered.length + draining.length > 0)
    .map(
      ([, { id, registered, draining }]) =>
        `${id} was stopped at work for ${[...registered, ...draining].join(' and ')}`,
    );

/** Nobody would find it to be stopped, nor count on it. */
const noneIsOutUnmarked: Invariant = (step) =>
  changedIn(step)
    .filter(([before, after]) => before.registered.length > after.registered.length)
    .filter(([, { state, tags }]) => state === 'running' && tags[mark] === undefined)
    .map(([, { id }]) => `${id} was taken out of service without a mark`);

/** What is remembered as done is what AWS shows. */
const remembersWhatIs: Invariant = ({ before, after }) =>
  [...after.rows.keys()]
    .filter((key) => key.startsWith('state/scale/'))
    .map((key) => key.slice('state/scale/'.length))
    .flatMap((group) => {
      const [was, is] = [stateOf(group, before), stateOf(group, after)];
      const noted = ([is.lastOut, is.lastIn] as const).filter(
        (change) => change !== undefined && change.at !== was.lastOut?.at && change.at !== was.lastIn?.at,
      );
      const newest = noted.sort((one, other) => ((one?.at ?? '') < (other?.at ?? '') ? 1 : -1))[0];
      return newest && !hadCapacity(group, newest.to, after)
        ? [`${group} is remembered to have ${newest.to}, and has ${capacityOf(group, after)}`]
        : [];
    });

export const groupInvariants: readonly Invariant[] = [
  nothingOfOthersIsTouched,
  noneStopsAtWork,
  noneIsOutUnmarked,
  remembersWhatIs,
];
