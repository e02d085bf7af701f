import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../shared/aws/ec2-snapshots.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { assembled } from '../../shared/backups/ebs.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import { anOwner, aRegion, aSnapshot } from '../builders.ts';

const set = 'data/daily/2026-11-21T02:15:00Z/i-0123456789abcdef0';
const tags = {
  [extraTagKeys.set]: set,
  [extraTagKeys.members]: '2',
  [tagKeys.source]: 'i-0123456789abcdef0',
};

const member = (id: string, overrides: Parameters<typeof aSnapshot>[0] = {}): Snapshot =>
  aSnapshot({
    id,
    volumeId: `vol-${id.slice(5)}`,
    description: `Groundskeeper set ${set}`,
    ...overrides,
    tags: { ...tags, ...overrides.tags },
  });

async function assemble(...pages: Snapshot[][]): Promise<StandingBackup[]> {
  const source = async function* () {
    yield* pages;
  };
  const all: StandingBackup[] = [];
  for await (const page of assembled(source(), aRegion)) all.push(...page);
  return all;
}

const [one, two] = [member('snap-00000001'), member('snap-00000002')];

describe('a set', () => {
  it('is one backup, also where its members come on several pages', async () => {
    expect(await assemble([one], [aSnapshot()], [two])).toMatchObject([
      { kind: 'snapshot' },
      { kind: 'set', id: set, source: 'i-0123456789abcdef0', state: 'completed', parts: [one.id, two.id] },
    ]);
  });

  it('that lacks a member, or has one that failed, is no good backup', async () => {
    expect(await assemble([one])).toMatchObject([{ id: set, state: 'error', parts: [one.id] }]);
    const failed = member('snap-00000002', { state: 'error' });
    expect(await assemble([one, failed])).toMatchObject([{ id: set, state: 'error' }]);
  });

  it('is not made of what only has the tags of a member: tags travel', async () => {
    const stray = member('snap-00000003', { description: 'by hand' });
    const expected = [
      { kind: 'snapshot', id: stray.id, source: undefined },
      { kind: 'set', state: 'completed', parts: [one.id, two.id] },
    ];
    expect(await assemble([stray, one, two])).toMatchObject(expected);
    expect(await assemble([one, stray, two])).toMatchObject(expected);
  });

  it('of another stage is another set', async () => {
    const others = [one, two].map(({ id }) =>
      member(`${id}9`, { tags: { [tagKeys.owner]: 'somebody-else' } }),
    );
    const sets = await assemble([one, ...others, two]);
    expect(sets.map(({ tags: { [tagKeys.owner]: owner }, parts }) => [owner, parts.length])).toEqual([
      ['somebody-else', 2],
      [anOwner, 2],
    ]);
  });

  it('lives as long as the member that a person lets live longest', async () => {
    const longer = member('snap-00000002', { tags: { [tagKeys.expires]: '2027-01-01T00:00:00Z' } });
    for (const members of [
      [one, longer],
      [longer, one],
    ]) {
      const [backup] = await assemble(members);
      expect(backup?.tags[tagKeys.expires]).toBe('2027-01-01T00:00:00Z');
    }
    const unreadable = member('snap-00000002', { tags: { [tagKeys.expires]: 'never' } });
    expect((await assemble([one, unreadable]))[0]?.tags[tagKeys.expires]).toBe('never');
  });
});
