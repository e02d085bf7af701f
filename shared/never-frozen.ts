/** What no freeze may stop: where SSM's agent, the scripts and the thaw live. With these frozen nobody would be left to thaw. */
export const neverFrozen = [
  '/',
  '/usr',
  '/run',
  '/tmp',
  '/var/tmp',
  '/var/lib/amazon',
  '/var/log/amazon',
  '/var/snap/amazon-ssm-agent',
];
