import type { Patience } from './persist.ts';

/** One region as a run sees it: its clients by name, and the run's patience. A gateway takes what it needs of it. */
export type Place<Clients> = Clients & { region: string; patience: Patience };
