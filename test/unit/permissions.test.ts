/** What a role leaves out of reach. That it allows exactly what its function calls is tested with the faults. */
import { describe, expect, test } from 'vitest';
import type { FunctionName } from '../../shared/plan/functions.ts';
import { tagKeys } from '../../shared/tags.ts';
import { dependencies, roleOf, unused } from '../faults/roles.ts';
import { owner } from '../faults/world.ts';
import { allowing, type Need, needsOf } from '../iam.ts';

test('a permission too many and one too few are found', () => {
  const [first, ...rest] = roleOf('expire-backups', 'simpledb').filter(({ actions }) =>
    actions.every((action) => !(action in dependencies)),
  );
  const need: Need = { action: 'ec2:DescribeVolumes', resource: '*', context: {} };
  expect(allowing(need, rest)).toEqual([]);
  expect(unused(first ? [first] : [], [need])).toEqual([
    'ec2:DescribeLockedSnapshots',
    'ec2:DescribeSnapshotAttribute',
  ]);
});

describe('what carries the tag of another owner, or none', () => {
  const needs = (action: string, tags: Readonly<Record<string, string>>): Need[] => {
    const parameters = { SnapshotId: 'snap-1', 'ResourceId.1': 'snap-1', 'Tag.1.Key': tagKeys.expires };
    return needsOf({ service: 'ec2', action, parameters, status: 200 }, () => tags);
  };
  const isAllowed = (name: FunctionName, action: string, tags: Readonly<Record<string, string>>): boolean =>
    needs(action, tags).every((need) => allowing(need, roleOf(name, 'simpledb')).length > 0);

  test.each([
    ['expire-backups', 'DeleteSnapshot'],
    ['reconcile-ledger', 'CreateTags'],
  ] as const)('is out of reach of the role of %s', (name, action) => {
    expect(isAllowed(name, action, { [tagKeys.owner]: owner })).toBe(true);
    expect(isAllowed(name, action, { [tagKeys.owner]: `${owner}-2` })).toBe(false);
    expect(isAllowed(name, action, {})).toBe(false);
  });

  test('nor can reconcile-ledger change whose a snapshot is', () => {
    const parameters = { 'ResourceId.1': 'snap-1', 'Tag.1.Key': tagKeys.owner };
    const tags = { [tagKeys.owner]: owner };
    const [need] = needsOf({ service: 'ec2', action: 'CreateTags', parameters, status: 200 }, () => tags);
    expect(need && allowing(need, roleOf('reconcile-ledger', 'simpledb'))).toEqual([]);
  });

  test('cannot be made by take-snapshots, nor can it tag what already stands', () => {
    const grants = roleOf('take-snapshots', 'simpledb');
    const creation = (value: string) => {
      const parameters = {
        VolumeId: 'vol-1',
        'TagSpecification.1.Tag.1.Key': tagKeys.owner,
        'TagSpecification.1.Tag.1.Value': value,
      };
      return needsOf({ service: 'ec2', action: 'CreateSnapshot', parameters, status: 200 }, () => ({}));
    };
    const isWholly = (all: readonly Need[]) => all.every((need) => allowing(need, grants).length > 0);
    expect(isWholly(creation(owner))).toBe(true);
    expect(isWholly(creation('somebody-else'))).toBe(false);
    expect(isWholly(needs('CreateTags', { [tagKeys.owner]: owner }))).toBe(false);
  });
});
