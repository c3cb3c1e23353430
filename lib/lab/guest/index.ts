export { type AcceleratorProbe, probeAccelerator } from './accelerator.js';
export { type DomainXmlOptions, guestDomainXml, MACHINE_TYPE } from './domain-xml.js';
export { GuestError, type GuestErrorCode } from './errors.js';
export { cacheDirectory, ensureGuestFiles, type GuestFiles } from './files.js';
export type { Accelerator, GuestOptions } from './options.js';
export { GUEST_KINDS, type GuestKind, WORKLOAD_NAMES, type Workload, type WorkloadName } from './workload.js';
