/** What a handler is made of: in Lambda by `lambdaTools`, in tests by their own. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { ec2Client } from './aws/ec2.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Config, readConfig } from './config.ts';
import type { Ledger } from './ledger/ledger.ts';
import { openLedger } from './ledger/open.ts';
import type { Log } from './log.ts';

export interface Tools {
  config: Config;
  clock: Clock;
  /** 0 up to 1. */
  random: () => number;
  log: Log;
  /** Counts values under dimensions, in CloudWatch's namespace `Groundskeeper`. */
  emitMetric: (metric: Metric) => void;
  ec2: EC2Client;
  ledger: Ledger;
}

export interface Metric {
  dimensions: Record<string, string>;
  values: Record<string, number>;
}

export function lambdaTools(): Tools {
  const config = readConfig();
  const log = new Logger({ serviceName: config.owner });
  const ec2 = ec2Client();
  return {
    config,
    clock: systemClock,
    random: Math.random,
    log,
    emitMetric,
    ec2,
    ledger: openLedger({
      ...config,
      clock: systemClock,
      aws: ec2.config,
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
