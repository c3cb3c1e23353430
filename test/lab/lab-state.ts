import { mkdtempSync, rmSync } from 'node:fs';
import type { Test } from 'tap';
import { Lab } from '../../lib/lab/index.js';

/** Gives this test file labs of its own, which no other test and no user sees, and removes them when the file is done. */
export function useOwnState(t: Test): string {
  const directory = mkdtempSync('/run/pctest-');
  process.env.PRECOPY_STATE_DIR = directory;
  t.teardown(async () => {
    await Lab.downAll();
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}
