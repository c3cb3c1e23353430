#ifndef PRECOPY_HEARTBEAT_H
#define PRECOPY_HEARTBEAT_H

#include "../program/options.h"

// Sends heartbeats about the workloads for ever.
_Noreturn void send_heartbeats(const struct options* options, const struct workload* workloads,
                               uint32_t workload_count);

#endif
