#include "options.h"

#define PREFIX "precopy."

static bool starts_with(const char* text, const char* start, const char** rest) {
  while (*start != '\0') {
    if (*text++ != *start++) return false;
  }
  *rest = text;
  return true;
}

static bool ends_word(char c) {
  return c == '\0' || c == ' ' || c == '\n';
}

static bool parse_number(const char** text, uint64_t* number) {
  const char* at = *text;
  uint64_t value = 0;
  for (; *at >= '0' && *at <= '9'; at++) {
    if (value > (UINT64_MAX - 9) / 10) return false;
    value = value * 10 + (uint64_t)(*at - '0');
  }
  if (at == *text) return false;
  *text = at;
  *number = value;
  return true;
}

static bool parse_address(const char** text, uint32_t* address) {
  *address = 0;
  for (int part = 0; part < 4; part++) {
    uint64_t number;
    if (part > 0 && *(*text)++ != '.') return false;
    if (!parse_number(text, &number) || number > 255) return false;
    *address = *address << 8 | (uint32_t)number;
  }
  return true;
}

static bool parse_hex_digit(char digit, uint32_t* value) {
  if (digit >= '0' && digit <= '9') {
    *value = *value << 4 | (uint32_t)(digit - '0');
  } else if (digit >= 'a' && digit <= 'f') {
    *value = *value << 4 | (uint32_t)(digit - 'a' + 10);
  } else {
    return false;
  }
  return true;
}

static bool parse_mac(const char** text, uint8_t mac[6]) {
  for (int i = 0; i < 6; i++) {
    uint32_t byte = 0;
    if (i > 0 && *(*text)++ != ':') return false;
    if (!parse_hex_digit(*(*text)++, &byte) || !parse_hex_digit(*(*text)++, &byte)) return false;
    mac[i] = (uint8_t)byte;
  }
  return true;
}

static bool parse_workload(const char** text, enum workload_kind* kind) {
  for (int i = 0; i < WORKLOAD_KINDS; i++) {
    const char* rest;
    if (starts_with(*text, workload_names[i], &rest) && ends_word(*rest)) {
      *kind = (enum workload_kind)i;
      *text = rest;
      return true;
    }
  }
  return false;
}

static bool parse_below(const char** text, uint64_t limit, uint64_t* number) {
  return parse_number(text, number) && *number <= limit;
}

enum { SEEN_ID = 1, SEEN_HZ = 2, SEEN_ADDRESS = 4, SEEN_CLIENT = 8, SEEN_WORKLOAD = 16, SEEN_ALL = 31 };

static bool parse_option(const char** text, struct options* options, uint32_t* seen) {
  const char* value;
  uint64_t number;
  if (starts_with(*text, "id=", &value)) {
    if (!parse_below(&value, UINT32_MAX, &number)) return false;
    options->guest_id = (uint32_t)number;
    *seen |= SEEN_ID;
  } else if (starts_with(*text, "hz=", &value)) {
    if (!parse_below(&value, 10000, &number)) return false;
    options->heartbeat_hz = (uint32_t)number;
    *seen |= SEEN_HZ;
  } else if (starts_with(*text, "address=", &value)) {
    if (!parse_address(&value, &options->address) || *value++ != '/') return false;
    if (!parse_below(&value, 32, &number)) return false;
    options->prefix_bits = (uint32_t)number;
    *seen |= SEEN_ADDRESS;
  } else if (starts_with(*text, "client=", &value)) {
    if (!parse_address(&value, &options->client_address) || *value++ != ':') return false;
    if (!parse_below(&value, UINT16_MAX, &number)) return false;
    options->client_port = (uint16_t)number;
    *seen |= SEEN_CLIENT;
  } else if (starts_with(*text, "client-mac=", &value)) {
    if (!parse_mac(&value, options->client_mac)) return false;
  } else if (starts_with(*text, "workload=", &value)) {
    if (!parse_workload(&value, &options->workload.kind)) return false;
    *seen |= SEEN_WORKLOAD;
  } else if (starts_with(*text, "rate=", &value)) {
    if (!parse_number(&value, &options->workload.bytes_per_second)) return false;
  } else if (starts_with(*text, "set=", &value)) {
    if (!parse_number(&value, &options->workload.set_bytes)) return false;
  } else if (starts_with(*text, "verify=", &value)) {
    if (!parse_number(&value, &options->workload.verified_per_second)) return false;
  } else if (starts_with(*text, "period=", &value)) {
    if (!parse_number(&value, &options->workload.period_ns)) return false;
    options->workload.period_ns *= 1000000;
  } else if (starts_with(*text, "high=", &value)) {
    if (!parse_number(&value, &options->workload.high_ns)) return false;
    options->workload.high_ns *= 1000000;
  } else {
    return false;
  }
  *text = value;
  return ends_word(*value);
}

bool options_parse(const char* command_line, struct options* options) {
  uint32_t seen = 0;
  const char* at = command_line;
  *options = (struct options){.client_mac = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  while (*at != '\0') {
    const char* name;
    if (starts_with(at, PREFIX, &name)) {
      at = name;
      if (!parse_option(&at, options, &seen)) return false;
    }
    while (!ends_word(*at)) at++;
    while (*at == ' ' || *at == '\n') at++;
  }
  return seen == SEEN_ALL;
}
