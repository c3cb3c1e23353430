#ifndef PRECOPY_NETWORK_H
#define PRECOPY_NETWORK_H

#include <stdint.h>

// Gives the interface its IPv4 address (host byte order) and takes it up.
void bring_up_network(const char* interface, uint32_t address, uint32_t prefix_bits);

#endif
