/** Raw clients of what groups consist of, made once: connecting takes longer than a call. */
import { type GroupClients, groupClients } from '../groups.ts';
import { credentials, region, type World } from './world.ts';

const clients = new Map<string, GroupClients>();

export function accountOf({ sandbox: { url } }: Pick<World, 'sandbox'>): GroupClients {
  const made = clients.get(url) ?? groupClients({ region, credentials, endpoint: url });
  clients.set(url, made);
  return made;
}
