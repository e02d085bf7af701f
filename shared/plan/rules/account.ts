/** What the region has. */
import { hasSimpleDb, simpleDbRegions } from '../../aws/simpledb/regions.ts';
import type { Draft } from '../draft.ts';
import type { Mistake } from '../mistakes.ts';

export function accountMistakes({ ledger, notify }: Draft, region: string): Mistake[] {
  return [...ledgerMistakes(ledger, region), ...topicMistakes(notify, region)];
}

function ledgerMistakes(ledger: Draft['ledger'], region: string): Mistake[] {
  if (ledger !== 'simpledb' || hasSimpleDb(region)) return [];
  return [
    {
      path: ['ledger'],
      message: `SimpleDB is not in ${region}; expected \`ledger: dynamodb\`, or one of the regions ${simpleDbRegions.join(', ')}`,
    },
  ];
}

/** An alarm can tell topics of its own region only: CloudWatch API reference, PutMetricAlarm. */
function topicMistakes(notify: string | undefined, region: string): Mistake[] {
  if (!notify?.startsWith('arn:')) return [];
  const topicRegion = notify.split(':')[3];
  if (topicRegion === region) return [];
  return [
    {
      path: ['notify'],
      message: `the topic is in ${topicRegion}; expected one in ${region}, where the alarms are`,
    },
  ];
}
