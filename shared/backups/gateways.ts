/** The gateways of every kind of backup in one region: what expiry and the ledger look through. */
import type { Ec2 } from '../aws/ec2.ts';
import type { Place } from '../aws/place.ts';
import type { BackupGateway } from './backup.ts';
import { ebsBackups } from './ebs.ts';

/** The clients that all of them need. */
export type BackupClients = Pick<Ec2, 'ec2'>;

export const gatewaysIn = (place: Place<BackupClients>): BackupGateway[] => [ebsBackups(place)];
