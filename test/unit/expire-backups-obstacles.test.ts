import { describe, expect, it } from 'vitest';
import { lookUp } from '../../functions/expire-backups/obstacles.ts';
import type { BackupGateway, Obstacle } from '../../shared/backups/backup.ts';
import { ObservationError } from '../../shared/errors.ts';
import { aStandingBackup } from '../builders.ts';

const [one, two] = [aStandingBackup({ id: 'snap-00000001' }), aStandingBackup({ id: 'snap-00000002' })];

/** AWS as it answers, or does not, what forbids a deletion. */
const answering = (answer: () => Promise<Map<string, Obstacle>>) =>
  ({ obstacles: answer }) as unknown as BackupGateway;

describe('what forbids deletions', () => {
  it('is what AWS says', async () => {
    const gateway = answering(async () => new Map([[one.id, 'locked']]));
    expect(await lookUp(gateway, [one, two])).toEqual({ byId: new Map([[one.id, 'locked']]) });
  });

  it('is not asked of nothing', async () => {
    const gateway = answering(() => Promise.reject(new Error('asked')));
    expect(await lookUp(gateway, [])).toEqual({ byId: new Map() });
  });

  it('is unknown of all of them where it could not be read: a failed look-up is no "nothing uses it"', async () => {
    const gateway = answering(() =>
      Promise.reject(new ObservationError('Images could not be read: slow down')),
    );
    expect(await lookUp(gateway, [one, two])).toEqual({
      byId: new Map([
        [one.id, 'use-unknown'],
        [two.id, 'use-unknown'],
      ]),
      failure: { name: 'ObservationError', message: 'Images could not be read: slow down' },
    });
  });

  it('is not guessed where our own code is wrong', async () => {
    const gateway = answering(() => Promise.reject(new TypeError('a bug')));
    await expect(lookUp(gateway, [one])).rejects.toThrow('a bug');
  });
});
