/** Members of a group with sensible values: a test names only what it is about. */
import type { Member, Place } from '../../functions/scale-group/members.ts';

let lastId = 0;

/** Runs since the morning, in no balancer; of an id of its own. */
export function aMember(overrides: Partial<Member> = {}): Member {
  lastId += 1;
  return {
    id: `i-${String(lastId).padStart(17, '0')}`,
    zone: 'eu-west-1a',
    type: 't3.micro',
    state: 'running',
    startedAt: new Date('2026-11-21T08:00:00Z'),
    stoppedAt: new Date('2026-11-20T20:00:00Z'),
    failure: undefined,
    hibernates: false,
    isProtected: false,
    isStarting: false,
    isUnhealthy: false,
    drainingSince: undefined,
    places: [],
    ...overrides,
  };
}

/** Registered in a target group, healthy. */
export const aPlace = (overrides: Partial<Place> = {}): Place => ({
  kind: 'target-group',
  id: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1',
  state: 'registered',
  ports: [80],
  isUnhealthy: false,
  ...overrides,
});
