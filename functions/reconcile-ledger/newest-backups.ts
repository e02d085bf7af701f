import type { BackupKind, StandingBackup } from '../../shared/backups/backup.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';

/** What was backed up, by which kind of backup: an instance may have sets and images. */
export interface SourceKind {
  kind: BackupKind;
  id: string;
}

/** When the completed originals of each backup, tier and source were started, as far as an age needs it. */
export class NewestBackups {
  /** By backup, tier and kind, then by source. */
  readonly #newest = new Map<string, Map<string, Date>>();
  /** By backup and kind, then by source: the oldest that stands, of any tier. */
  readonly #oldest = new Map<string, Map<string, Date>>();

  see({ kind, state, startedAt, source, tags }: StandingBackup): void {
    if (state !== 'completed' || source === undefined || tags[extraTagKeys.copyOf] !== undefined) return;
    const backup = tags[tagKeys.plan] ?? '';
    const newest = sourcesIn(this.#newest, `${backup}/${tags[tagKeys.tier] ?? ''}/${kind}`);
    if (startedAt > (newest.get(source) ?? new Date(0))) newest.set(source, startedAt);
    const oldest = sourcesIn(this.#oldest, `${backup}/${kind}`);
    if (startedAt < (oldest.get(source) ?? new Date(8.64e15))) oldest.set(source, startedAt);
  }

  /**
   * Since when this source has waited for a backup of this tier: its newest one. A tier that has none yet
   * counts from the oldest backup of another tier, since a new plan's first month brings no monthly one.
   */
  since(backup: string, tier: string, source: SourceKind): Date | undefined {
    return (
      this.#newest.get(`${backup}/${tier}/${source.kind}`)?.get(source.id) ?? this.oldest(backup, source)
    );
  }

  /** The start of the oldest that stands, of any tier. */
  oldest(backup: string, { kind, id }: SourceKind): Date | undefined {
    return this.#oldest.get(`${backup}/${kind}`)?.get(id);
  }
}

function sourcesIn(all: Map<string, Map<string, Date>>, key: string): Map<string, Date> {
  const sources = all.get(key) ?? new Map<string, Date>();
  all.set(key, sources);
  return sources;
}
