/** The state of one name, as both stores keep it. */
import { randomUUID } from 'node:crypto';
import { AutomationError, ObservationError } from '../errors.ts';
import type { StoredState } from './ledger.ts';
import type { Fields } from './row-fields.ts';

/** Beside the backups' rows and apart from them: no slot's id starts so. */
export const stateKey = (name: string): string => `state/${name}`;

export const isState = ({ kind }: Fields): boolean => kind === 'state';

const mostBytes = 1_000;

/** The fields of a state that is written; its version is unique, so that a lost answer can be made up for. */
export function newState(name: string, text: string) {
  const bytes = Buffer.byteLength(text);
  if (text === '' || bytes > mostBytes) {
    throw new AutomationError(`The state of ${name} has ${bytes} bytes: expected 1 to ${mostBytes}`);
  }
  return { key: stateKey(name), fields: { kind: 'state', text, version: randomUUID() } };
}

/** @throws ObservationError if it says nothing that can be relied on: it is not as if there were none */
export function readStoredState(name: string, { kind, text, version }: Fields): StoredState {
  if (kind === 'state' && text && version) return { text, version };
  throw new ObservationError(
    `The state of ${name} is unreadable: ${JSON.stringify({ kind, text, version })}`,
  );
}
