import { definePolicy, type Policy } from '../policy.js';

/**
 * No policy at all: QEMU stops the guest as soon as what is left fits into its downtime limit of 300 ms, and goes on for ever if it never
 * does. What libvirt does of its own accord, too.
 *
 * @see QEMU, migration/migration.c: migration_iteration_run
 */
export const qemu: Policy = definePolicy({ name: 'qemu', initialState: {}, decide: (_view, state) => ({ state }) });
