/** The gateways of every kind of backup in one region: what expiry and the ledger look through. */
import type { AutoScaling } from '../aws/auto-scaling.ts';
import type { Ec2 } from '../aws/ec2.ts';
import type { Place } from '../aws/place.ts';
import type { Rds } from '../aws/rds.ts';
import type { BackupGateway } from './backup.ts';
import { ebsBackups } from './ebs.ts';
import { imageBackups, imagesIn } from './images.ts';
import { rdsBackups } from './rds.ts';

/** The clients that all of them need. */
export type ListingClients = Pick<Ec2, 'ec2'> & Pick<Rds, 'rds'>;
/** Before a deletion EC2 Auto Scaling is asked, too. */
export type BackupClients = ListingClients & Pick<AutoScaling, 'autoScaling'>;

export const gatewaysIn = (place: Place<BackupClients>): BackupGateway[] => [
  ebsBackups(place),
  imageBackups(place),
  rdsBackups(place),
];

/** A gateway for those who delete nothing. */
export type BackupListing = Omit<BackupGateway, 'obstacles'>;

export const listingsIn = (place: Place<ListingClients>): BackupListing[] => [
  ebsBackups(place),
  imagesIn(place),
  rdsBackups(place),
];
