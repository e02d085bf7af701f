import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideImages, type ImageOrder } from '../../functions/create-images/decide.ts';
import type { Instance } from '../../shared/aws/ec2-instances.ts';
import { imageName, isImageName } from '../../shared/backups/image-name.ts';
import { slotId } from '../../shared/slot.ts';
import { tagKeys } from '../../shared/tags.ts';
import { anOwner, aSlot, aStandingBackup } from '../builders.ts';

const instance = (overrides: Partial<Instance> = {}): Instance => ({
  id: 'i-0123456789abcdef0',
  state: 'running',
  launchedAt: new Date('2026-01-01T00:00:00Z'),
  stoppedAt: undefined,
  stateReason: undefined,
  isStoppable: true,
  type: 't3.micro',
  zone: 'eu-west-1a',
  hibernates: false,
  rootDevice: '/dev/xvda',
  volumes: [
    { id: 'vol-0123456789abcdef0', device: '/dev/xvda' },
    { id: 'vol-0123456789abcdef1', device: '/dev/sdf' },
  ],
  tags: { Name: 'shop', 'aws:autoscaling:groupName': 'shop' },
  ...overrides,
});

const slot = aSlot({ backup: 'machine', tier: 'weekly' });
const order: ImageOrder = {
  owner: anOwner,
  slot,
  expires: new Date('2026-12-21T02:15:04.120Z'),
  copies: [],
  dataVolumes: true,
  maxActions: undefined,
};
const name = 'groundskeeper-test/machine/weekly/2026-11-21T02-15-00Z/i-0123456789abcdef0';
const nothingYet = { namedIds: [], ofSlot: [] };

describe('an instance', () => {
  it('gets an image under the name of its slot, tagged with whose it is and when it dies', () => {
    const [decision] = decideImages({ ...nothingYet, instances: [instance()] }, order);
    expect(decision).toEqual({
      kind: 'create',
      source: 'i-0123456789abcdef0',
      backupKind: 'image',
      name,
      withoutDevices: [],
      leftOut: [],
      tags: {
        Name: 'shop',
        [tagKeys.owner]: anOwner,
        [tagKeys.plan]: 'machine',
        [tagKeys.tier]: 'weekly',
        [tagKeys.slot]: 'machine/weekly/2026-11-21T02:15:00Z',
        [tagKeys.expires]: '2026-12-21T02:15:04.120Z',
        [tagKeys.source]: 'i-0123456789abcdef0',
      },
      snapshotTags: expect.objectContaining({ [tagKeys.owner]: anOwner, 'groundskeeper:image': name }),
    });
  });

  it('gets one of its boot volume alone when the data volumes are left out', () => {
    const [decision] = decideImages(
      { ...nothingYet, instances: [instance()] },
      { ...order, dataVolumes: false },
    );
    expect(decision).toMatchObject({ withoutDevices: ['/dev/sdf'] });
  });

  const image = (overrides: Parameters<typeof aStandingBackup>[0] = {}) =>
    aStandingBackup({ kind: 'image', id: name, source: 'i-0123456789abcdef0', ...overrides });

  it.each([
    ['stands', 'completed', 'already-taken'],
    ['is on its way', 'pending', 'already-taken'],
  ] as const)('whose image of this slot %s gets no second one', (_, state, reason) => {
    const ofSlot = [image({ state })];
    const decisions = decideImages({ ...nothingYet, instances: [instance()], ofSlot }, order);
    expect(decisions).toMatchObject([{ kind: 'keep', reason, backup: ofSlot[0] }]);
  });

  it('whose image of this slot failed gets another, under another name', () => {
    const ofSlot = [image({ state: 'error' }), image({ state: 'error', id: `${name} (2)` })];
    const decisions = decideImages({ ...nothingYet, instances: [instance()], ofSlot }, order);
    expect(decisions).toMatchObject([{ kind: 'create', name: `${name} (3)` }]);
  });

  it('is not held for taken because of an image that only has its tags', () => {
    const stray = { ...image({ id: 'copied by hand' }), source: undefined };
    const decisions = decideImages({ ...nothingYet, instances: [instance()], ofSlot: [stray] }, order);
    expect(decisions).toMatchObject([{ kind: 'create', name }]);
  });

  it.each([
    ['that is starting is put off', { state: 'pending' }, 'instance-pending'],
    ['without an EBS volume is said', { volumes: [] }, 'instance-without-volumes'],
  ] as const)('%s', (_, overrides, reason) => {
    const decisions = decideImages({ ...nothingYet, instances: [instance(overrides)] }, order);
    expect(decisions).toEqual([{ kind: 'keep', resource: 'i-0123456789abcdef0', reason }]);
  });

  it('that comes twice, since it changed while it was paged through, gets one image', () => {
    expect(decideImages({ ...nothingYet, instances: [instance(), instance()] }, order)).toHaveLength(1);
  });

  it('that is named and not there is said', () => {
    const decisions = decideImages({ instances: [], namedIds: ['i-0aaaaaaaaaaaaaaaa'], ofSlot: [] }, order);
    expect(decisions).toEqual([
      { kind: 'keep', resource: 'i-0aaaaaaaaaaaaaaaa', reason: 'instance-not-found' },
    ]);
  });

  it('beyond maxActions is kept out, those of earlier tries counted', () => {
    const instances = [
      instance(),
      instance({ id: 'i-0123456789abcdef1' }),
      instance({ id: 'i-0123456789abcdef2' }),
    ];
    const seen = { instances, namedIds: [], ofSlot: [image()] };
    const reasons = decideImages(seen, { ...order, maxActions: 2 }).map((decision) =>
      decision.kind === 'keep' ? decision.reason : 'create',
    );
    expect(reasons).toEqual(['already-taken', 'create', 'max-actions']);
  });
});

describe("an image's name", () => {
  const names = fc.stringMatching(/^[a-z0-9]{1,20}(-[a-z0-9]{1,19})?$/);
  const backups = fc.record({
    owner: fc.stringMatching(/^[A-Za-z0-9._-]{3,60}$/),
    slot: fc
      .record({
        backup: names,
        tier: names,
        time: fc.date({ min: new Date('2020-01-01'), max: new Date('2099-01-01'), noInvalidDate: true }),
      })
      .map(slotId),
    source: fc.constantFrom('i-0123456789abcdef0', 'i-0123456789abcdef1'),
  });

  it('is one that EC2 takes, whatever the names in it', () => {
    fc.assert(
      fc.property(backups, fc.integer({ min: 1, max: 99 }), (backup, attempt) => {
        // EC2 API reference, CreateImage.
        expect(imageName(backup, attempt)).toMatch(/^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/);
        expect(isImageName(imageName(backup, attempt), backup)).toBe(true);
      }),
    );
  });

  it('is no other backup’s', () => {
    fc.assert(
      fc.property(backups, backups, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(isImageName(imageName(one), other)).toBe(false);
      }),
    );
  });
});
