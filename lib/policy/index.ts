/**
 * Policies: pure functions from what is seen of a migration to an action. They import nothing that does input or output or reads a
 * clock, so that every decision can be replayed. There is none yet: a migration runs by QEMU's own rule, which stops the guest as soon
 * as what is left fits into the downtime limit.
 */
export {};
