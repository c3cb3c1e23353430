import type { MigrateOptions } from '../../lib/migration/index.js';

/** A migration that preflight forbids, since the destination has the guest already: all that leads there is real, and needs no hosts. */
export const refused: MigrateOptions = {
  ...{ source: 'test:///default', destination: 'test:///default', domain: 'test', deadlines: { settleMs: 50 } },
};
