/** What a person reads of the four kinds of backup. */
import type { SubjectKind } from './plan.ts';

export const subjectWords: Readonly<Record<SubjectKind, { makes: string; ofOne: string }>> = {
  volumes: { makes: 'snapshots', ofOne: 'a volume' },
  instances: { makes: 'sets of snapshots', ofOne: 'an instance' },
  databases: { makes: 'database snapshots', ofOne: 'a database' },
  images: { makes: 'images', ofOne: 'an instance' },
};
