/** What must hold of groups after every run. */
import type { Call } from '../sandbox/types.ts';
import { capacityOf, hadCapacity, mark, ownGroup, stateOf } from './claims-groups.ts';
import type { Invariant, Step } from './invariants.ts';
import type { SeenInstance } from './look-groups.ts';

const changedIn = ({ before, after }: Step): [SeenInstance, SeenInstance][] =>
  [...before.instances.values()].flatMap((instance): [SeenInstance, SeenInstance][] => {
    const now = after.instances.get(instance.id);
    return now && JSON.stringify(now) !== JSON.stringify(instance) ? [[instance, now]] : [];
  });

/** Of another group or of none, or of Auto Scaling. */
const isOthers = ({ tags }: SeenInstance): boolean =>
  tags['Group'] !== ownGroup || tags['aws:autoscaling:groupName'] !== undefined;

const nothingOfOthersIsTouched: Invariant = (step) =>
  changedIn(step)
    .filter(([before]) => isOthers(before))
    .map(([{ id }]) => `${id}, which is another's, was changed`);

const nothingProtectedIsTouched: Invariant = (step) =>
  changedIn(step)
    .filter(([{ tags }]) => tags[shield] !== undefined)
    .filter(([{ id }]) => !step.invocations.some(({ calls }) => calls.some((call) => isShielding(call, id))))
    .filter(([before, after]) => !isCalledOff(before, after))
    .map(([{ id }]) => `${id} was changed, though it is protected`);

const shield = 'groundskeeper:protected';

/** A drain that was begun before somebody has protected it. */
const isCalledOff = (before: SeenInstance, after: SeenInstance): boolean =>
  before.tags[mark] !== undefined &&
  after.state === before.state &&
  before.registered.every((place) => after.registered.includes(place));

const isShielding = ({ action, parameters }: Call, id: string): boolean =>
  action === 'CreateTags' && parameters['ResourceId.1'] === id && parameters['Tag.1.Key'] === shield;

/** Somebody protects it while the run is at work: who stops one looks at it before, and only what comes after is not seen. */
const noneStopsUnseen: Invariant = ({ invocations }) =>
  invocations.flatMap(({ calls }) =>
    calls.flatMap(({ action, parameters }, index) => {
      const id = String(parameters['InstanceId.1']);
      const earlier = calls.slice(0, index);
      const shielded = earlier.findIndex((call) => isShielding(call, id));
      if (action !== 'StopInstances' || shielded === -1) return [];
      const looked = earlier.findLastIndex((call) => isLookAt(call, id));
      const isUnseen = looked !== -1 && looked < shielded;
      return isUnseen ? [] : [`${id} was stopped, though it was protected meanwhile`];
    }),
  );

const isLookAt = ({ action, parameters }: Call, id: string): boolean =>
  action === 'DescribeInstances' && parameters['Filter.1.Value.1'] === id;

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

/** What is remembered as done is what AWS shows, or what a further change, which was begun since, went out from. */
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
      return newest && is.begun?.from !== newest.to && !hadCapacity(group, newest.to, after)
        ? [`${group} is remembered to have ${newest.to}, and has ${capacityOf(group, after)}`]
        : [];
    });

export const groupInvariants: readonly Invariant[] = [
  nothingOfOthersIsTouched,
  nothingProtectedIsTouched,
  noneStopsUnseen,
  noneStopsAtWork,
  noneIsOutUnmarked,
  remembersWhatIs,
];
