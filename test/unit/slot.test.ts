import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseSlotId, slotId } from '../../shared/slot.ts';
import { aSlot } from '../builders.ts';

const names = fc.stringMatching(/^[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,3}$/);
const seconds = fc
  .integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59) / 1_000 })
  .map((second) => new Date(second * 1_000));

describe('a slot id', () => {
  it('says backup, tier and time to the second, in UTC', () => {
    expect(slotId(aSlot())).toBe('data/daily/2026-11-21T02:15:00Z');
  });

  it('is the same for every moment of one second', () => {
    const time = new Date('2026-11-21T02:15:00.999Z');
    expect(slotId(aSlot({ time }))).toBe(slotId(aSlot()));
  });

  it('is read back to its slot', () => {
    fc.assert(
      fc.property(names, names, seconds, (backup, tier, time) => {
        expect(parseSlotId(slotId({ backup, tier, time }))).toEqual({ backup, tier, time });
      }),
    );
  });

  it('is another for another slot', () => {
    fc.assert(
      fc.property(names, names, names, names, seconds, (backup, tier, otherBackup, otherTier, time) => {
        fc.pre(backup !== otherBackup || tier !== otherTier);
        expect(slotId({ backup, tier, time })).not.toBe(
          slotId({ backup: otherBackup, tier: otherTier, time }),
        );
      }),
    );
  });

  it('sorts by time within a tier', () => {
    fc.assert(
      fc.property(names, names, seconds, seconds, (backup, tier, one, other) => {
        fc.pre(one < other);
        expect(slotId({ backup, tier, time: one }) < slotId({ backup, tier, time: other })).toBe(true);
      }),
    );
  });

  test.each([
    ['', 'nothing'],
    ['data', 'a backup alone'],
    ['data/daily', 'no time'],
    ['data/daily/', 'an empty time'],
    ['/daily/2026-11-21T02:15:00Z', 'no backup'],
    ['data//2026-11-21T02:15:00Z', 'no tier'],
    ['data/daily/2026-11-21T02:15:00Z/', 'a fourth part'],
    ['data/daily/2026-11-21T02:15:00Z/vol-0123456789abcdef0', 'a ledger key'],
    ['data/daily/2026-11-21T02:15:00', 'no zone: another time on each machine'],
    ['data/daily/2026-11-21T02:15:00+00:00', 'another way of writing UTC'],
    ['data/daily/2026-11-21T02:15:00.000Z', 'milliseconds'],
    ['data/daily/2026-11-21', 'a date'],
    ['data/daily/2026-11-21t02:15:00z', 'small letters'],
    ['data/daily/yesterday', 'words'],
    ['data/daily/2026-13-01T02:15:00Z', 'a month that does not exist'],
    ['data/daily/2026-02-31T02:15:00Z', 'a day that does not exist, which JavaScript moves into March'],
    ['data/daily/2026-11-21T24:00:00Z', 'an hour that belongs to the next day'],
  ])('"%s" is none: %s', (id) => {
    expect(parseSlotId(id)).toBeUndefined();
  });

  it('is all that is read: whatever parses was written by slotId', () => {
    const almost = fc.stringMatching(
      /^[a-z]{1,3}\/[a-z]{1,3}\/20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:00Z$/,
    );
    fc.assert(
      fc.property(almost, (id) => {
        const slot = parseSlotId(id);
        if (slot) expect(slotId(slot)).toBe(id);
      }),
    );
  });
});
