/** What a person does where the table's actions do not settle it, in the words that several rows share. */

export const FENCE =
  'Fence the host that does not answer (prove that it is off, or bring its daemon back), then call resolve() again; start or resume the guest nowhere before.';
export const PERSON =
  'A person has to decide which one is the real one: neither may be resumed or destroyed before its data was looked at.';
export const FOLLOW = 'Call adopt() to follow it to its end, or to abort it; or resolve() again later.';
export const EXCHANGE = 'Call resolve() with source and destination exchanged.';
export const BOTH_HALVES =
  'Destroy neither: each host has a part of the memory. Let libvirt recover it (VIR_MIGRATE_POSTCOPY_RESUME).';
