/** Events of our own, on the account's default bus. */
import {
  EventBridgeClient,
  type EventBridgeClientConfig,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import { AutomationError } from '../errors.ts';
import type { Lazy } from '../tools.ts';
import { type Patience, persist } from './persist.ts';

export interface EventBridge {
  eventBridge: Lazy<EventBridgeClient>;
  patience: Patience;
}

/** A client that leaves retries to `persist`. */
export function eventBridgeClient(config: EventBridgeClientConfig = {}): EventBridgeClient {
  return new EventBridgeClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
    ...config,
  });
}

export interface OwnEvent {
  source: string;
  detailType: string;
  detail: object;
}

/** Sends one event. One whose answer was lost is sent again: what hears it must not mind. */
export async function putEvent(
  { eventBridge, patience }: EventBridge,
  { source, detailType, detail }: OwnEvent,
): Promise<void> {
  const client = await eventBridge();
  const command = new PutEventsCommand({
    Entries: [{ Source: source, DetailType: detailType, Detail: JSON.stringify(detail) }],
  });
  await persist(async () => {
    const { Entries: [entry] = [] } = await client.send(command);
    if (entry?.EventId === undefined)
      throw refusal(entry?.ErrorCode ?? 'InternalFailure', entry?.ErrorMessage);
  }, patience);
}

/** An entry is refused by itself, under a name that `errors.ts` knows as those of calls. */
const refusal = (name: string, message = ''): AutomationError =>
  Object.assign(new AutomationError(message), { name });
