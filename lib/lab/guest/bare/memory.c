#include "memory.h"

#include <stddef.h>

#include "console.h"

#define GIB (1ull << 30)
#define LARGE_PAGE_BYTES (2ull << 20)
#define ENTRIES ((size_t)512)
#define MOST_GIB 64
#define WINDOW (1ull << 39)       // where the memory appears: the second entry of the page map
#define FIRST_FREE (16ull << 20)  // the guest, its firmware's leftovers and the start info lie below
#define PRESENT_WRITABLE_USER 7u
#define LARGE 0x80u
#define TYPE_RAM 1u

struct memory_map_entry {
  uint64_t address;
  uint64_t size;
  uint32_t type;
  uint32_t reserved;
};

extern uint64_t page_map[ENTRIES];
extern char image_end[];

static _Alignas(4096) uint64_t table[ENTRIES];
static _Alignas(4096) uint64_t directories[MOST_GIB * ENTRIES];

void* map_free_memory(const struct start_info* info, uint64_t* bytes) {
  if (info->magic != START_INFO_MAGIC || info->version < 1) fail("no memory map from the firmware");
  if ((uint64_t)(uintptr_t)image_end > FIRST_FREE) fail("the guest does not fit below its memory");
  const struct memory_map_entry* entries = (const struct memory_map_entry*)(uintptr_t)info->memory_map;
  size_t mapped = 0;
  for (uint32_t i = 0; i < info->memory_map_entries; i++) {
    if (entries[i].type != TYPE_RAM) continue;
    uint64_t end = entries[i].address + entries[i].size;
    uint64_t at = entries[i].address < FIRST_FREE ? FIRST_FREE : entries[i].address;
    at = (at + LARGE_PAGE_BYTES - 1) & ~(LARGE_PAGE_BYTES - 1);
    for (; at + LARGE_PAGE_BYTES <= end && mapped < MOST_GIB * ENTRIES; at += LARGE_PAGE_BYTES) {
      directories[mapped++] = at | PRESENT_WRITABLE_USER | LARGE;
    }
  }
  for (size_t i = 0; i < MOST_GIB; i++) {
    table[i] = (uint64_t)(uintptr_t)&directories[i * ENTRIES] | PRESENT_WRITABLE_USER;
  }
  page_map[WINDOW / (ENTRIES * GIB)] = (uint64_t)(uintptr_t)table | PRESENT_WRITABLE_USER;
  *bytes = mapped * LARGE_PAGE_BYTES;
  return (void*)(uintptr_t)WINDOW;
}

// The compiler may call these even in a freestanding program.
void* memset(void* to, int value, size_t size) {
  void* at = to;
  __asm__ volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(value) : "memory");
  return to;
}

void* memcpy(void* restrict to, const void* restrict from, size_t size) {
  void* at = to;
  __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(size)::"memory");
  return to;
}
