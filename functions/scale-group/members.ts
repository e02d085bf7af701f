/** The instances of a group that starts and stops them, and what follows from how they stand. Pure. */

export interface Member {
  id: string;
  zone: string;
  state: 'pending' | 'running' | 'stopping' | 'stopped';
  /** Its last start. */
  startedAt: Date;
  /** Its last stop, where EC2 tells. */
  stoppedAt: Date | undefined;
  /** Not to be started, stopped, registered or drained. */
  isProtected: boolean;
  /** Taken out of service by a balancer, or failing EC2's own checks. */
  isUnhealthy: boolean;
  hibernates: boolean;
  /** Since when it is being taken out of service: it does not count. */
  drainingSince: Date | undefined;
  /** Where it belongs and is not, and where it still is. */
  places: readonly Place[];
}

/** A target group or a classic balancer, as a member stands in it. */
export interface Place {
  kind: 'target-group' | 'load-balancer';
  /** ARN, or name. */
  id: string;
  state: 'absent' | 'registered' | 'draining';
  /** Of a target group: the ports that it is registered with; none: the group's own. */
  ports: readonly number[];
}
