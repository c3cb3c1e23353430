// Just enough of a virtio network card (legacy interface, I/O ports) to send frames.
#ifndef PRECOPY_VIRTIO_NET_H
#define PRECOPY_VIRTIO_NET_H

#include <stdbool.h>
#include <stdint.h>

#define LONGEST_FRAME 128

// Finds the card and makes it ready.
void card_start(uint8_t mac[6]);

// False if the card has not taken the earlier frames yet.
bool card_send(const void* frame, uint32_t size);

#endif
