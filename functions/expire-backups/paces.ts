/** EC2 counts calls by region: each has a pace of its own. */
import { Pace } from '../../shared/aws/pace.ts';
import type { Clock } from '../../shared/clock.ts';
import { withPatience } from '../../shared/entrypoint.ts';
import { type ExpireRun, gatewayOf } from './clients.ts';
import type { Group } from './due.ts';

export class Paces {
  readonly #clock: Clock;
  readonly #paces = new Map<string, Pace>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(region: string): Pace {
    const pace = this.#paces.get(region) ?? new Pace(this.#clock);
    this.#paces.set(region, pace);
    return pace;
  }
}

/** The gateway whose calls wait for their turn. */
export function pacedGatewayOf(group: Pick<Group, 'region' | 'kind'>, paces: Paces, run: ExpireRun) {
  const pace = paces.of(group.region);
  const paced = { heartbeat: () => pace.turn(), onThrottled: () => pace.refused() };
  return gatewayOf(group, withPatience(run, { ...run.aws.patience, ...paced }));
}
