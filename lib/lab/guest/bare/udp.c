#include "udp.h"

#define ETHERNET_IPV4 0x0800
#define PROTOCOL_UDP 17
#define IP_OFFSET 14
#define IP_BYTES 20
#define UDP_BYTES 8

static uint16_t big16(uint16_t value) {
  return __builtin_bswap16(value);
}
static uint32_t big32(uint32_t value) {
  return __builtin_bswap32(value);
}

static uint16_t header_checksum(const uint8_t* header) {
  uint32_t sum = 0;
  for (int i = 0; i < IP_BYTES; i += 2) sum += (uint32_t)(header[i] << 8 | header[i + 1]);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

void frame_start(struct beat_frame* frame, const struct options* options, const uint8_t mac[6]) {
  *frame = (struct beat_frame){.type = big16(ETHERNET_IPV4),
                               .version_length = 0x45,
                               .length = big16(IP_BYTES + UDP_BYTES + sizeof(struct beat)),
                               .time_to_live = 64,
                               .protocol = PROTOCOL_UDP,
                               .source = big32(options->address),
                               .destination = big32(options->client_address),
                               .source_port = big16(options->client_port),
                               .destination_port = big16(options->client_port),
                               .udp_length = big16(UDP_BYTES + sizeof(struct beat))};
  for (int i = 0; i < 6; i++) {
    frame->to[i] = options->client_mac[i];
    frame->from[i] = mac[i];
  }
  frame->checksum = big16(header_checksum((const uint8_t*)frame + IP_OFFSET));
}
