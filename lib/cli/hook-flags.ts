import { HOOK_NAMES, type HookName } from '../migration/index.js';

/** When each hook is called; the same table as in the API's documentation. */
const WHEN: Readonly<Record<HookName, string>> = {
  connected: 'once both hosts are checked and nothing is touched',
  prepared: 'when the destination waits for memory',
  pass: 'after each pass',
  beforeSwitchover: 'before the guest stops: it runs on until the command ends',
  stopped: 'when the guest has stopped; nothing waits for it',
  beforeResume: 'with --safety strict, before the guest runs on the destination',
  resumed: 'when it runs on the destination',
  settled: 'at the end, when it has arrived',
  rolledBack: 'at the end, when it has not',
};

export interface HookFlag {
  readonly name: HookName;
  /** `--hook-before-switchover`. */
  readonly flag: string;
  /** `hookBeforeSwitchover`: the key that commander keeps it under. */
  readonly key: string;
  readonly when: string;
}

/** A flag for each hook of the API. */
export const HOOK_FLAGS: readonly HookFlag[] = HOOK_NAMES.map((name) => ({
  name,
  flag: `--hook-${name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`,
  key: `hook${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  when: WHEN[name],
}));
