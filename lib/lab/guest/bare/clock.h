// The bare guest's time: the TSC, its rate measured at the start against the PIT. Whether it stands still
// while the guest is stopped is the hypervisor's business: under TCG and under KVM with hardware support it
// does, under a KVM that runs ring 3 natively without any it shows the host's TSC, which goes on.
#ifndef PRECOPY_CLOCK_H
#define PRECOPY_CLOCK_H

#include <stdint.h>

void clock_start(void);
uint64_t clock_ns(void);

// Halts the processor until then. Writes to memory only on waking up, so a sleeping guest has no dirty page.
void sleep_until(uint64_t ns);

#endif
