/** The first that answers today's SDKs rightly: 5.1 fails all of CloudWatch and more. */
export const oldestMoto = [5, 2] as const;

/** What is installed where we choose. */
export const chosenMoto = '5.2.1';

/** @throws Error if `version` is older than 5.2 */
export function requireVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const [oldestMajor, oldestMinor] = oldestMoto;
  const isNewEnough = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  if (!isNewEnough) throw new Error(`moto ${version} is too old: 5.2 or later is needed`);
}
