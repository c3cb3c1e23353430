#include "virtio_net.h"

#include <stddef.h>

#include "console.h"
#include "ports.h"

#define PCI_ADDRESS 0xcf8
#define PCI_DATA 0xcfc
#define PCI_COMMAND 0x04
#define PCI_BAR0 0x10
#define PCI_IO_AND_MASTER 0x5u
#define CARD_ID 0x10001af4u  // transitional virtio network card, Red Hat
#define CARD_PORTS 0xc000u   // ours to choose: qboot assigns none

#define CARD_GUEST_FEATURES 0x04
#define CARD_QUEUE_PAGE 0x08
#define CARD_QUEUE_SIZE 0x0c
#define CARD_QUEUE_SELECT 0x0e
#define CARD_QUEUE_NOTIFY 0x10
#define CARD_STATUS 0x12
#define CARD_MAC 0x14
#define FEATURE_MAC (1u << 5)
#define STATUS_DRIVER 3u  // acknowledged, driver found
#define STATUS_OK 7u      // and ready
#define TRANSMIT_QUEUE 1
#define NO_INTERRUPT 1u

#define QUEUE_ENTRIES 256  // what QEMU offers; the legacy interface leaves no choice
#define SLOTS 128          // of them in use: room for beats while QEMU is held up, in few pages

struct descriptor {
  uint64_t address;
  uint32_t size;
  uint16_t flags;
  uint16_t next;
};

struct available {
  uint16_t flags;
  uint16_t index;
  uint16_t ring[QUEUE_ENTRIES];
  uint16_t used_event;
};

struct used {
  uint16_t flags;
  uint16_t index;
  struct {
    uint32_t id;
    uint32_t size;
  } ring[QUEUE_ENTRIES];
  uint16_t available_event;
};

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): the legacy interface lays it out so
static _Alignas(4096) struct {
  struct descriptor descriptors[QUEUE_ENTRIES];
  struct available available;
  _Alignas(4096) volatile struct used used;
} queue;

static struct slot {
  uint8_t header[10];  // virtio's: no offloads
  uint8_t frame[LONGEST_FRAME];
} slots[SLOTS];

static uint16_t sent;

static uint32_t pci_read(uint32_t device, uint32_t offset) {
  out32(PCI_ADDRESS, 0x80000000u | device << 11 | offset);
  return in32(PCI_DATA);
}

static void pci_write(uint32_t device, uint32_t offset, uint32_t value) {
  out32(PCI_ADDRESS, 0x80000000u | device << 11 | offset);
  out32(PCI_DATA, value);
}

static uint32_t find_card(void) {
  for (uint32_t device = 0; device < 32; device++) {
    if (pci_read(device, 0) == CARD_ID) return device;
  }
  fail("no virtio network card");
}

void card_start(uint8_t mac[6]) {
  uint32_t device = find_card();
  pci_write(device, PCI_BAR0, CARD_PORTS);
  pci_write(device, PCI_COMMAND, PCI_IO_AND_MASTER);
  out8(CARD_PORTS + CARD_STATUS, 0);
  out8(CARD_PORTS + CARD_STATUS, STATUS_DRIVER);
  out32(CARD_PORTS + CARD_GUEST_FEATURES, FEATURE_MAC);
  out16(CARD_PORTS + CARD_QUEUE_SELECT, TRANSMIT_QUEUE);
  if (in16(CARD_PORTS + CARD_QUEUE_SIZE) != QUEUE_ENTRIES) fail("unexpected queue of the network card");
  queue.available.flags = NO_INTERRUPT;
  out32(CARD_PORTS + CARD_QUEUE_PAGE, (uint32_t)((uintptr_t)&queue / 4096));
  out8(CARD_PORTS + CARD_STATUS, STATUS_OK);
  for (uint16_t i = 0; i < 6; i++) mac[i] = in8((uint16_t)(CARD_PORTS + CARD_MAC + i));
}

bool card_send(const void* frame, uint32_t size) {
  if ((uint16_t)(sent - queue.used.index) >= SLOTS || size > LONGEST_FRAME) return false;
  uint16_t index = sent % SLOTS;
  struct slot* slot = &slots[index];
  const uint8_t* bytes = frame;
  for (uint32_t i = 0; i < size; i++) slot->frame[i] = bytes[i];
  queue.descriptors[index] =
      (struct descriptor){.address = (uintptr_t)slot, .size = (uint32_t)sizeof slot->header + size};
  queue.available.ring[sent % QUEUE_ENTRIES] = index;
  sent++;
  __atomic_store_n(&queue.available.index, sent, __ATOMIC_RELEASE);
  out16(CARD_PORTS + CARD_QUEUE_NOTIFY, TRANSMIT_QUEUE);
  return true;
}
