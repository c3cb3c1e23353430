// What a guest is told on its kernel command line: `precopy.<name>=<value>`, unknown words are someone
// else's.
#ifndef PRECOPY_OPTIONS_H
#define PRECOPY_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "workload.h"

struct options {
  uint32_t guest_id;
  uint32_t heartbeat_hz;  // 0: no heartbeats
  uint32_t address;       // IPv4, host byte order, as all below
  uint32_t prefix_bits;
  uint32_t client_address;
  uint16_t client_port;
  uint8_t client_mac[6];  // broadcast unless given; only a guest that has no ARP needs it
  struct workload_options workload;
};

// False if a value is malformed or a mandatory one (id, hz, address, client, workload) is missing.
bool options_parse(const char* command_line, struct options* options);

#endif
