#ifndef PRECOPY_MEMORY_H
#define PRECOPY_MEMORY_H

#include <stdint.h>

// What QEMU hands to a PVH kernel (xen/include/public/arch-x86/hvm/start_info.h).
struct start_info {
  uint32_t magic;
  uint32_t version;
  uint32_t flags;
  uint32_t module_count;
  uint64_t modules;
  uint64_t command_line;
  uint64_t rsdp;
  uint64_t memory_map;
  uint32_t memory_map_entries;
  uint32_t reserved;
};

#define START_INFO_MAGIC 0x336ec578u

// Maps all memory that the guest itself does not use, in a row, holes left out. Sets *bytes to how much it
// is.
void* map_free_memory(const struct start_info* info, uint64_t* bytes);

#endif
