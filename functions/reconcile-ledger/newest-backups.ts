import type { Snapshot } from '../../shared/aws/ec2-snapshots.ts';
import { tagKeys } from '../../shared/tags.ts';

/** Per backup and source, when the newest completed snapshot was started. */
export class NewestBackups {
  readonly #started = new Map<string, Map<string, Date>>();

  see({ state, startedAt, tags }: Snapshot): void {
    const source = tags[tagKeys.source];
    if (state !== 'completed' || source === undefined) return;
    const sources = this.of(tags[tagKeys.plan] ?? '');
    const before = sources.get(source);
    if (!before || startedAt > before) sources.set(source, startedAt);
  }

  of(backup: string): Map<string, Date> {
    const sources = this.#started.get(backup) ?? new Map<string, Date>();
    this.#started.set(backup, sources);
    return sources;
  }
}
