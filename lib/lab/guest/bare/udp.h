#ifndef PRECOPY_UDP_H
#define PRECOPY_UDP_H

#include <stdint.h>

#include "../program/beat.h"
#include "../program/options.h"

// A heartbeat as it goes over the wire.
struct beat_frame {
  uint8_t to[6];
  uint8_t from[6];
  uint16_t type;
  uint8_t version_length;
  uint8_t service;
  uint16_t length;
  uint16_t id;
  uint16_t fragment;
  uint8_t time_to_live;
  uint8_t protocol;
  uint16_t checksum;
  uint32_t source;
  uint32_t destination;
  uint16_t source_port;
  uint16_t destination_port;
  uint16_t udp_length;
  uint16_t udp_checksum;  // 0: none, as IPv4 allows
  struct beat beat;
} __attribute__((packed));

// Fills in everything but the beat.
void frame_start(struct beat_frame* frame, const struct options* options, const uint8_t mac[6]);

#endif
