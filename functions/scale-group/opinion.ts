/** What a policy says to what was seen of it. */
import type { GroupState, SeenGroup } from './group.ts';

export type Opinion =
  | {
      kind: 'demand';
      reason: 'step' | 'target' | 'backlog';
      /** The capacity that it demands now. */
      capacity: number;
      /** So far down it agrees: if it demands fewer, to the largest demand of the window, of what there is. */
      agreed: number;
      /** Why it agrees no further. */
      objection?: 'stabilizing' | 'signal-unknown';
      text: string;
    }
  /** It hinders nobody. */
  | { kind: 'none'; text: string }
  /** It hinders whoever would take something away. */
  | { kind: 'unknown'; text: string };

/** What opinions are formed from beside the policy and its signal. */
export interface Situation {
  group: SeenGroup;
  state: GroupState;
  now: Date;
  /** When the stabilisation window began. */
  windowStart: Date;
}

/** What a person wants to read of a value. */
export const shortNumber = (value: number): string => String(Math.round(value * 100) / 100);
