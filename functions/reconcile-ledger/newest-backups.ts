import type { StandingBackup } from '../../shared/backups/backup.ts';
import { tagKeys } from '../../shared/tags.ts';

/** When the completed snapshots of each backup, tier and source were started, as far as an age needs it. */
export class NewestBackups {
  /** By backup and tier, then by source. */
  readonly #newest = new Map<string, Map<string, Date>>();
  /** By backup, then by source: the oldest that stands, of any tier. */
  readonly #oldest = new Map<string, Map<string, Date>>();

  see({ state, startedAt, source, tags }: StandingBackup): void {
    if (state !== 'completed' || source === undefined) return;
    const backup = tags[tagKeys.plan] ?? '';
    const newest = sourcesIn(this.#newest, `${backup}/${tags[tagKeys.tier] ?? ''}`);
    if (startedAt > (newest.get(source) ?? new Date(0))) newest.set(source, startedAt);
    const oldest = sourcesIn(this.#oldest, backup);
    if (startedAt < (oldest.get(source) ?? new Date(8.64e15))) oldest.set(source, startedAt);
  }

  /**
   * Since when this source has waited for a backup of this tier: its newest one. A tier that has none yet
   * counts from the oldest backup of another tier, since a new plan's first month brings no monthly one.
   */
  since(backup: string, tier: string, source: string): Date | undefined {
    return this.#newest.get(`${backup}/${tier}`)?.get(source) ?? this.#oldest.get(backup)?.get(source);
  }
}

function sourcesIn(all: Map<string, Map<string, Date>>, key: string): Map<string, Date> {
  const sources = all.get(key) ?? new Map<string, Date>();
  all.set(key, sources);
  return sources;
}
