/** The sandbox by HTTP, under `/_sandbox/`, for tests and people in other processes. */
import * as z from 'zod';
import { type Answer, answerText, type Message } from './message.ts';
import type { Fault, InjectedFault, Sandbox } from './types.ts';

const status = z.int().min(100).max(599);

const effect = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('error'),
    code: z.string(),
    message: z.string().optional(),
    status: status.optional(),
  }),
  z.strictObject({ kind: z.literal('server-error') }),
  z.strictObject({ kind: z.literal('reset'), executed: z.boolean() }),
  z.strictObject({ kind: z.literal('hang'), executed: z.boolean() }),
]);

/** `Fault` but for `when`, which is a function. */
const faultBody = z.strictObject({
  service: z.string().optional(),
  action: z.string().optional(),
  call: z.int().min(1).optional(),
  from: z.literal('now').optional(),
  times: z.int().min(1).optional(),
  effect,
});

const timeBody = z.strictObject({ now: z.iso.datetime() });
const slowBody = z.strictObject({
  pendingSeconds: z.number().min(0),
  endState: z.enum(['completed', 'error']).optional(),
});
const failingBody = z.strictObject({ volumeId: z.string(), fails: z.boolean() });
const keyBody = z.strictObject({ key: z.string() });
const rateBody = z.strictObject({ on: z.boolean() });
const volumeBody = z.strictObject({
  volumeId: z.string(),
  state: z.enum(['creating', 'deleting', 'error']).nullable(),
});
const databaseBody = z.strictObject({ source: z.string(), state: z.string().nullable() });
const quotaBody = z.strictObject({ most: z.int().min(0) });
const deregisterBody = z.strictObject({
  snapshotId: z.string(),
  code: z.enum(['success', 'skipped', 'missing-permissions', 'internal-error', 'client-error']).nullable(),
});
const instanceBody = z.strictObject({ instanceId: z.string() });
const mountsBody = instanceBody.extend({
  mounts: z.array(
    z.strictObject({ target: z.string(), source: z.string(), freezable: z.boolean().optional() }),
  ),
});
const managedBody = instanceBody.extend({ isManaged: z.boolean() });
const slowInstancesBody = z.strictObject({ startSeconds: z.number().min(0), stopSeconds: z.number().min(0) });
const zoneBody = z.strictObject({ zone: z.string(), isFull: z.boolean() });
const impairedBody = instanceBody.extend({ isImpaired: z.boolean() });
const sickBody = instanceBody.extend({ isSick: z.boolean() });
const refreshBody = z.strictObject({ name: z.string(), isUnderWay: z.boolean() });
const seconds = z.union([z.number().min(0), z.literal('never')]);
const commandBody = instanceBody.extend({
  times: z.int().min(1).optional(),
  deliverySeconds: seconds.optional(),
  runSeconds: seconds.optional(),
  exitCode: z.int().optional(),
});
const secondsBody = z.strictObject({ seconds: z.number().min(0) });
const tagsBody = z.strictObject({
  resourceId: z.string(),
  tags: z.record(z.string(), z.string()),
  region: z.string().optional(),
});

type Route = (sandbox: Sandbox, body: unknown) => unknown;

/** @returns the answer to a request for `/_sandbox/…`. */
export function makeControl(sandbox: Sandbox): (message: Message) => Promise<Answer> {
  const injected = new Map<string, InjectedFault>();
  let lastId = 0;

  const routes: Readonly<Record<string, Route>> = {
    'GET calls': () => sandbox.calls,
    'GET events': () => sandbox.events,
    'POST reset': async () => {
      injected.clear();
      await sandbox.reset();
    },
    'POST time': (_, body) => sandbox.setTime(new Date(timeBody.parse(body).now)),
    'POST slow-snapshots': (_, body) => sandbox.slowSnapshots(withoutUndefined(slowBody.parse(body))),
    'POST failing-volume': (_, body) => {
      const { volumeId, fails } = failingBody.parse(body);
      sandbox.failSnapshotsOf(volumeId, fails);
    },
    'POST slow-copies': (_, body) => sandbox.slowCopies(withoutUndefined(slowBody.parse(body))),
    'POST failing-key': (_, body) => sandbox.failKmsKey(keyBody.parse(body).key),
    'POST snapshot-rate': (_, body) => sandbox.enforceSnapshotRate(rateBody.parse(body).on),
    'POST volume-state': (_, body) => {
      const { volumeId, state } = volumeBody.parse(body);
      sandbox.setVolumeState(volumeId, state ?? undefined);
    },
    'POST database-state': (_, body) => {
      const { source, state } = databaseBody.parse(body);
      sandbox.setDatabaseState(source, state ?? undefined);
    },
    'POST database-snapshot-quota': (_, body) => sandbox.limitDatabaseSnapshots(quotaBody.parse(body).most),
    'POST deregister-result': (_, body) => {
      const { snapshotId, code } = deregisterBody.parse(body);
      sandbox.setDeregisterResult(snapshotId, code ?? undefined);
    },
    'POST mounts': (_, body) => {
      const { instanceId, mounts } = mountsBody.parse(body);
      sandbox.setMounts(instanceId, mounts.map(withoutUndefined));
    },
    'POST managed': (_, body) => {
      const { instanceId, isManaged } = managedBody.parse(body);
      sandbox.setManaged(instanceId, isManaged);
    },
    'POST slow-instances': (_, body) => sandbox.slowInstances(slowInstancesBody.parse(body)),
    'POST full-zone': (_, body) => {
      const { zone, isFull } = zoneBody.parse(body);
      sandbox.fillZone(zone, isFull);
    },
    'POST impaired-instance': (_, body) => {
      const { instanceId, isImpaired } = impairedBody.parse(body);
      sandbox.impairInstance(instanceId, isImpaired);
    },
    'POST sick-target': (_, body) => {
      const { instanceId, isSick } = sickBody.parse(body);
      sandbox.sickenTarget(instanceId, isSick);
    },
    'POST refreshed-group': (_, body) => {
      const { name, isUnderWay } = refreshBody.parse(body);
      sandbox.refreshGroup(name, isUnderWay);
    },
    'POST commands': (_, body) => {
      const { instanceId, ...rule } = commandBody.parse(body);
      sandbox.disturbCommands(instanceId, withoutUndefined(rule));
    },
    'POST instance-os': (_, body) => sandbox.instanceOs(instanceBody.parse(body).instanceId),
    'POST slow-invalidations': (_, body) => sandbox.slowInvalidations(secondsBody.parse(body).seconds),
    'POST system-tags': (_, body) => {
      const { resourceId, tags, region } = tagsBody.parse(body);
      return sandbox.addSystemTags(resourceId, tags, region);
    },
    'GET faults': () => [...injected].map(([id, { hits }]) => ({ id, hits })),
    'POST faults': (_, body) => {
      lastId += 1;
      const id = String(lastId);
      injected.set(id, sandbox.inject(withoutUndefined(faultBody.parse(body)) as Fault));
      return { id };
    },
    'DELETE faults': (_, body) => {
      const { id } = z.strictObject({ id: z.string() }).parse(body);
      injected.get(id)?.lift();
      injected.delete(id);
    },
  };

  return async (message) => {
    const { pathname } = new URL(message.target, 'http://sandbox');
    const route = routes[`${message.method} ${pathname.slice('/_sandbox/'.length)}`];
    if (route === undefined)
      return answerText(404, 'text/plain', `There is: ${Object.keys(routes).join(', ')}\n`);
    return answer(sandbox, route, message);
  };
}

async function answer(sandbox: Sandbox, route: Route, message: Message): Promise<Answer> {
  try {
    const body: unknown = message.body.length === 0 ? {} : JSON.parse(message.body.toString());
    const result = await route(sandbox, body);
    return answerText(200, 'application/json', `${JSON.stringify(result ?? { ok: true })}\n`);
  } catch (error) {
    if (error instanceof z.ZodError) return answerText(400, 'text/plain', `${z.prettifyError(error)}\n`);
    if (error instanceof SyntaxError)
      return answerText(400, 'text/plain', `The body is not JSON: ${error.message}\n`);
    throw error;
  }
}

/** Zod's optional keys may hold undefined; the interfaces' may not. */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
