import { describe, expect, it } from 'vitest';
import { Pace } from '../../shared/aws/pace.ts';
import { fakeClock } from '../fakes.ts';

/** How many turns fit into so many seconds. */
async function turnsIn(seconds: number, pace: Pace, clock: ReturnType<typeof fakeClock>): Promise<number> {
  const end = clock.now().getTime() + seconds * 1_000;
  let turns = 0;
  while (clock.now().getTime() < end) {
    await pace.turn();
    turns += 1;
  }
  return turns;
}

describe('a pace', () => {
  it('lets some through at once, and then 5 a second', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock);
    for (let turn = 0; turn < 20; turn += 1) await pace.turn();
    expect(clock.sleeps).toEqual([]);
    expect(await turnsIn(60, pace, clock)).toBeCloseTo(300, -1);
  });

  it('saves up turns while nothing is done, but 100 at most', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock);
    await pace.turn();
    clock.advance(3_600_000);
    for (let turn = 0; turn < 100; turn += 1) await pace.turn();
    expect(clock.sleeps).toEqual([]);
    await pace.turn();
    expect(clock.sleeps).toHaveLength(1);
  });

  it('slows down when AWS refuses, once for what was refused together, and recovers', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock);
    for (let refusal = 0; refusal < 5; refusal += 1) pace.refused();
    const slower = await turnsIn(5, pace, clock);
    expect(slower).toBeGreaterThanOrEqual(19);
    expect(slower).toBeLessThan(25);
    await turnsIn(60, pace, clock);
    expect(await turnsIn(60, pace, clock)).toBeCloseTo(300, -1);
  });

  it('never stops, however often AWS refuses', async () => {
    const clock = fakeClock();
    const pace = new Pace(clock);
    for (let refusal = 0; refusal < 100; refusal += 1) {
      pace.refused();
      clock.advance(2_000);
    }
    expect(await turnsIn(600, pace, clock)).toBeGreaterThan(100);
  });
});
