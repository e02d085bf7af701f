/** Lets planted bugs come between a function and AWS. */
import type { Spoil } from './finder.ts';
import type { AllClients } from './invocation.ts';

/** What it answers is AWS's answer; `send` passes the command on, or another in its place. */
export type Meddle = (command: object, send: Send, region: string) => unknown;

type Send = (other?: object) => Promise<unknown>;

/** Tools all of whose calls to AWS, the ledger's aside, go through `meddle`. */
export const meddling =
  (meddle: Meddle): Spoil =>
  ({ connect }) => ({
    connect: (region) => {
      const clients = Object.entries(connect(region)).map(([name, client]) => [
        name,
        typeof client === 'function'
          ? async () => through(await client(), meddle, region)
          : through(client, meddle, region),
      ]);
      return Object.fromEntries(clients) as AllClients;
    },
  });

/** Each connection has clients of its own: this one may be changed. */
function through<Client extends { send: unknown }>(client: Client, meddle: Meddle, region: string): Client {
  const send = (client.send as (command: object) => Promise<unknown>).bind(client);
  client.send = async (command: object) => meddle(command, (other = command) => send(other), region);
  return client;
}
