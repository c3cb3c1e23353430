/** A version like `10.0.2` as one number, undefined when it is none. */
function packed(version: string): number | undefined {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  return match === null ? undefined : Number(match[1]) * 1e6 + Number(match[2]) * 1e3 + Number(match[3] ?? 0);
}

/** Whether one version is known to be older than another. */
export function isOlder(version: string | undefined, than: string | undefined): boolean {
  const [one, other] = [packed(version ?? ''), packed(than ?? '')];
  return one !== undefined && other !== undefined && one < other;
}

/** The major version, undefined when it is not known. */
export function majorOf(version: string | undefined): number | undefined {
  const number = packed(version ?? '');
  return number === undefined ? undefined : Math.floor(number / 1e6);
}

/** The version without its last part, which is for corrections alone: `10.0`. */
export function releaseOf(version: string | undefined): string | undefined {
  return /^\d+\.\d+/.exec(version ?? '')?.[0];
}
