import { describe, expect, test } from 'vitest';
import { expiryOf, isSlotOver } from '../../shared/backups/appointment.ts';
import { readDuration } from '../../shared/duration.ts';
import { aSlot } from '../builders.ts';

describe('a slot', () => {
  const slot = aSlot({ time: new Date('2026-11-21T02:15:00Z') });

  test.each([
    ['3 hours', '2026-11-21T05:14:59.999Z', false],
    ['3 hours', '2026-11-21T05:15:00.000Z', true],
    ['1 day', '2026-11-22T02:14:59.999Z', false],
    ['1 day', '2026-11-22T02:15:00.000Z', true],
    ['1 month', '2026-12-21T02:14:59.999Z', false],
    ['1 month', '2026-12-21T02:15:00.000Z', true],
    ['1 day', '2026-11-21T02:14:00.000Z', false],
  ])('of every %s is over at %s: %s', (every, now, over) => {
    expect(isSlotOver(slot, readDuration(every), new Date(now))).toBe(over);
  });

  test.each([
    ['on time', '2026-11-21T02:15:00.000Z', '2026-11-28T02:15:00.000Z'],
    ['late, from the start', '2026-11-21T09:00:00.500Z', '2026-11-28T09:00:00.500Z'],
    ['by a clock that is behind, from the slot', '2026-11-21T02:14:58.000Z', '2026-11-28T02:15:00.000Z'],
  ])('counts retention, %s', (_when, now, expires) => {
    expect(expiryOf(slot, readDuration('7 days'), new Date(now)).toISOString()).toBe(expires);
  });
});
