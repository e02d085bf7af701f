/** Vitest's global set-up: where moto has to be fetched first, that takes longer than a hook may. */
import { getMoto } from './moto/moto.ts';

export default async function prepare(): Promise<void> {
  await getMoto();
}
