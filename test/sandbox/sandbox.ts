/** The local AWS: moto behind a proxy that answers what moto lacks, and fails when it is told to. */
import { SandboxAutoScaling } from './auto-scaling/auto-scaling.ts';
import { SandboxCloudFront } from './cloudfront/cloudfront.ts';
import { SandboxAlarms } from './cloudwatch/alarms.ts';
import { makeControl } from './control.ts';
import { Account } from './ec2/account.ts';
import { addSystemTags, runningInstances } from './ec2/ask.ts';
import { answerEc2 } from './ec2/ec2.ts';
import { SandboxElb } from './elb/elb.ts';
import { EventLog } from './event-log.ts';
import { FaultBook } from './fault-book.ts';
import { formParameters, homeRegion, type Identity } from './identify.ts';
import { type Answer, answerText, type Message } from './message.ts';
import { getMoto } from './moto/moto.ts';
import { MotoClient } from './moto/moto-client.ts';
import { startMoto } from './moto/moto-process.ts';
import { SandboxProxy } from './proxy.ts';
import { RdsAccount } from './rds/account.ts';
import { answerRds } from './rds/rds.ts';
import { SandboxS3 } from './s3/sandbox-s3.ts';
import { createSimpleDb, type SimpleDb, type SimpleDbOptions } from './simpledb/simpledb.ts';
import { Instances } from './ssm/instances.ts';
import { answerSsm, type SsmParts } from './ssm/ssm.ts';
import type { Sandbox } from './types.ts';
import { validateTemplate } from './validate-template.ts';

export interface SandboxOptions {
  /** Default: one that is free. */
  port?: number;
  /** SimpleDB's page sizes, stale reads and access keys. */
  simpleDb?: Omit<SimpleDbOptions, 'now'>;
}

/**
 * Starts a local AWS that is empty. It ends with this process, or by `close()`.
 *
 * @example
 * const sandbox = await startSandbox();
 * const ec2 = new EC2Client({ endpoint: sandbox.url, region: 'us-east-1', credentials });
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const process = await startMoto(await getMoto());
  const moto = new MotoClient(process.port, process.lastWords);
  const faults = new FaultBook();
  let account = new Account();
  let rdsAccount = new RdsAccount(account);
  const instances = new Instances(() => account);
  const ssm = (): SsmParts => ({
    instances,
    clock: account,
    running: (ids, region) => runningInstances(moto, ids, region),
  });
  const eventLog = new EventLog();
  const s3 = new SandboxS3({ moto, eventLog, now: () => account.now() });
  const cloudFront = new SandboxCloudFront({ moto, now: () => account.now() });
  const elb = new SandboxElb(moto, () => account);
  const autoScaling = new SandboxAutoScaling(moto, () => account);
  const alarms = new SandboxAlarms({ moto, eventLog, now: () => account.now() });
  const simpleDb = createSimpleDb({ ...options.simpleDb, now: () => account.now() });

  const services: Readonly<Record<string, typeof execute>> = {
    simpledb: async (message) => answerSimpleDb(message, simpleDb),
    ec2: (message, identity) => answerEc2(message, identity, { account, instances, moto }),
    rds: (message, identity) => answerRds(message, identity, rdsAccount, moto),
    s3: (message, identity) => s3.answer(message, identity),
    cloudfront: (message, identity) => cloudFront.answer(message, identity),
    elb: (message, identity) => elb.answer(message, identity),
    elbv2: (message, identity) => elb.answer(message, identity),
    autoscaling: (message, identity) => autoScaling.answer(message, identity),
    cloudwatch: (message, identity) => alarms.answer(message, identity),
    events: (message, identity) => answerEvents(message, identity),
    cloudformation: async (message, identity) => {
      if (identity.action === 'ValidateTemplate') return validateTemplate(message, identity, moto);
      const answer = await moto.ask(message, identity);
      s3.forgetSettings(); // a stack may have made, changed or deleted a bucket
      return answer;
    },
    ssm: async (message, identity) => (await answerSsm(identity, ssm())) ?? moto.ask(message, identity),
  };

  async function execute(message: Message, identity: Identity): Promise<Answer> {
    const service = services[identity.service];
    if (service) return service(message, identity);
    return moto.ask(message, identity);
  }

  const answerEvents = (message: Message, identity: Identity) =>
    identity.action === 'PutEvents'
      ? eventLog.putEvents(message, identity, moto, account.now())
      : moto.ask(message, identity);

  const proxy = new SandboxProxy({ faults, execute, control: (message) => control(message) });
  const stopMoto = () => {
    moto.close();
    return process.close();
  };
  const port = await proxy.listen(options.port ?? 0).catch(async (error: unknown) => {
    await stopMoto();
    throw error;
  });
  const sandbox: Sandbox = {
    url: `http://127.0.0.1:${port}`,
    get calls() {
      return proxy.calls;
    },
    get events() {
      return eventLog.events;
    },
    async reset() {
      faults.clear();
      await proxy.forgetCalls();
      await moto.reset();
      simpleDb.reset();
      s3.reset();
      cloudFront.reset();
      elb.reset();
      autoScaling.reset();
      alarms.reset();
      eventLog.clear();
      await instances.reset();
      account = new Account();
      rdsAccount = new RdsAccount(account);
    },
    inject: (fault) => faults.add(fault, proxy.calls.length),
    setTime: (now) => {
      account.setTime(now);
      instances.timeChanged();
    },
    slowSnapshots: (rule) => {
      account.slowSnapshots = rule;
    },
    failSnapshotsOf: (volumeId, fails) => put(account.failingVolumes, volumeId, fails),
    slowCopies: (rule) => {
      account.slowCopies = rule;
    },
    failKmsKey: (key) => account.failingKeys.add(key),
    enforceSnapshotRate: (on) => {
      account.enforcesSnapshotRate = on;
    },
    setVolumeState: (volumeId, state) => {
      if (state === undefined) account.volumeStates.delete(volumeId);
      else account.volumeStates.set(volumeId, state);
    },
    slowInstances: (rule) => {
      account.instanceStates.slow = rule;
    },
    fillZone: (zone, isFull) => put(account.instanceStates.fullZones, zone, isFull),
    failStarts: (id, isFailing) => put(account.instanceStates.failing, id, isFailing),
    impairInstance: (id, isImpaired) => put(account.instanceStates.impaired, id, isImpaired),
    sickenTarget: (id, isSick) => put(account.instanceStates.sick, id, isSick),
    refreshGroup: (name, isUnderWay) => put(autoScaling.refreshed, name, isUnderWay),
    setDatabaseState: (source, state) => {
      if (state === undefined) rdsAccount.databaseStates.delete(source);
      else rdsAccount.databaseStates.set(source, state);
    },
    limitDatabaseSnapshots: (most) => {
      rdsAccount.snapshotQuota = most;
    },
    setDeregisterResult: (snapshotId, code) => {
      if (code === undefined) account.deregisterResults.delete(snapshotId);
      else account.deregisterResults.set(snapshotId, code);
    },
    setMounts: (id, mounts) => instances.of(id).folder.setMounts(mounts),
    setManaged: (id, isManaged) => {
      instances.of(id).isManaged = isManaged;
    },
    disturbCommands: (id, rule) => instances.of(id).disturb(rule),
    instanceOs: (id) => instances.look(id),
    putDistribution: (config, id) => cloudFront.put(config, id),
    removeDistribution: (id) => cloudFront.remove(id),
    slowInvalidations: (seconds) => {
      cloudFront.invalidationSeconds = seconds;
    },
    invalidationsOf: (distribution) => cloudFront.invalidationsOf(distribution),
    objectsIn: (bucket) => s3.objectsIn(bucket),
    onWrite: (listener) => s3.onWrite(listener),
    addSystemTags: (resourceId, tags, region = homeRegion) => addSystemTags(moto, resourceId, tags, region),
    async close() {
      await proxy.close();
      await instances.reset();
      await stopMoto();
    },
  };
  const control = makeControl(sandbox);
  return sandbox;
}

function put(set: Set<string>, item: string, isIn: boolean): void {
  if (isIn) set.add(item);
  else set.delete(item);
}

function answerSimpleDb(message: Message, simpleDb: SimpleDb): Answer {
  const url = new URL(message.target, 'http://sandbox');
  const { status, body } = simpleDb.handle({
    method: message.method,
    path: url.pathname,
    host: message.headers.host ?? '',
    parameters: formParameters(message) ?? url.searchParams,
    rawBody: message.body.toString(),
  });
  return answerText(status, 'text/xml', body);
}
