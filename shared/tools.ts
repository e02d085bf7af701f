/** What a handler is made of: in Lambda by `lambdaTools`, in tests by their own. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { type Clock, systemClock } from './clock.ts';
import { type Config, readConfig } from './config.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { AwsAccess } from './ledger/ledger-options.ts';
import { openLedger } from './ledger/open.ts';
import type { Log } from './log.ts';

/** What most functions need. */
export interface HomeClients {
  ec2: EC2Client;
}

export interface Tools<Clients = HomeClients> {
  config: Config;
  clock: Clock;
  /** 0 up to 1. */
  random: () => number;
  log: Log;
  /** Counts values under dimensions, in CloudWatch's namespace `Groundskeeper`. */
  emitMetric: (metric: Metric) => void;
  /** The clients of a region; the same ones for the same region. */
  connect: (region: string) => Clients;
  ledger: Ledger;
}

export interface Metric {
  dimensions: Record<string, string>;
  values: Record<string, number>;
}

/** A client, as far as the ledger shares its connections and credentials. */
interface Client {
  config: AwsAccess;
}

/** A client that few runs need: its code is loaded at the first call. */
export type Lazy<Loaded> = () => Promise<Loaded>;

/** Loads once. `load` imports the client's module and makes it: `import('./aws/ssm.ts').then(…)`. */
export function lazily<Loaded>(load: Lazy<Loaded>): Lazy<Loaded> {
  let loaded: Promise<Loaded> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

/**
 * @param connect makes the function's clients for a region, `ec2` or `rds` at once and what few runs need
 * `lazily`; called once for each region that a run works in.
 */
export function lambdaTools<Clients extends Readonly<Record<string, Client | Lazy<Client>>>>(
  connect: (config: { region: string }) => Clients,
): Tools<Clients> {
  const config = readConfig();
  const log = new Logger({ serviceName: config.owner });
  const connected = new Map<string, Clients>();
  const connectOnce = (region: string) => {
    const clients = connected.get(region) ?? connect({ region });
    connected.set(region, clients);
    return clients;
  };
  const anyClient = Object.values(connectOnce(config.region)).find((client) => typeof client === 'object');
  return {
    config,
    clock: systemClock,
    random: Math.random,
    log,
    emitMetric,
    connect: connectOnce,
    ledger: openLedger({
      ...config,
      clock: systemClock,
      ...(anyClient && { aws: anyClient.config }),
      onUnreadable: (key, why) => log.error('ledger.row-unreadable', { key, why }),
    }),
  };
}

/** One embedded-metric-format line in the log, which CloudWatch turns into metrics. */
function emitMetric({ dimensions, values }: Metric): void {
  const metrics = new Metrics({ namespace: 'Groundskeeper' });
  // Alarms name exactly these dimensions: the library's own `service` would make another metric of it.
  metrics.clearDefaultDimensions();
  metrics.addDimensions(dimensions);
  for (const [name, value] of Object.entries(values)) {
    metrics.addMetric(name, MetricUnit.NoUnit, value);
  }
  metrics.publishStoredMetrics();
}
