#include "clock.h"

#include "ports.h"

#define NS_PER_SECOND 1000000000u
#define PIT_HZ 1193182u
#define PIT_CHANNEL_2 0x42
#define PIT_COMMAND 0x43
#define PIT_GATE 0x61
#define CALIBRATION_TICKS 59659u  // 50 ms

#define LOCAL_APIC 0xfee00000u
#define APIC_SPURIOUS 0xf0u
#define APIC_TIMER 0x320u
#define APIC_TIMER_INITIAL 0x380u
#define APIC_TIMER_CURRENT 0x390u
#define APIC_TIMER_DIVIDE 0x3e0u
#define APIC_ENABLE 0x100u
#define DIVIDE_BY_1 0xbu
#define TIMER_VECTOR 0x20u  // as in boot.S
#define SHORTEST_SLEEP_NS 20000u

static uint64_t start_tsc;
static uint64_t tsc_per_second;
static uint64_t apic_ticks_per_second;

static uint64_t read_tsc(void) {
  uint32_t low;
  uint32_t high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return (uint64_t)high << 32 | low;
}

static volatile uint32_t* apic(uint32_t offset) {
  return (volatile uint32_t*)(uintptr_t)(LOCAL_APIC + offset);
}

void clock_start(void) {
  *apic(APIC_SPURIOUS) = APIC_ENABLE | 0xff;
  *apic(APIC_TIMER_DIVIDE) = DIVIDE_BY_1;
  *apic(APIC_TIMER) = TIMER_VECTOR | 1u << 16;  // masked
  // The two interrupt controllers of old would otherwise deliver their tick at a vector that nobody has set
  // up.
  out8(0x21, 0xff);
  out8(0xa1, 0xff);

  out8(PIT_GATE, (uint8_t)((in8(PIT_GATE) & ~2u) | 1u));
  out8(PIT_COMMAND, 0xb0);  // channel 2, low and high byte, one shot
  out8(PIT_CHANNEL_2, CALIBRATION_TICKS & 0xff);
  out8(PIT_CHANNEL_2, CALIBRATION_TICKS >> 8);
  *apic(APIC_TIMER_INITIAL) = UINT32_MAX;
  uint64_t tsc = read_tsc();
  while ((in8(PIT_GATE) & 0x20) == 0) {
  }
  start_tsc = read_tsc();
  uint32_t apic_ticks = UINT32_MAX - *apic(APIC_TIMER_CURRENT);
  tsc_per_second = (start_tsc - tsc) * PIT_HZ / CALIBRATION_TICKS;
  apic_ticks_per_second = (uint64_t)apic_ticks * PIT_HZ / CALIBRATION_TICKS;
  *apic(APIC_TIMER_INITIAL) = 0;
  *apic(APIC_TIMER) = TIMER_VECTOR;
}

uint64_t clock_ns(void) {
  uint64_t ticks = read_tsc() - start_tsc;
  return ticks / tsc_per_second * NS_PER_SECOND + ticks % tsc_per_second * NS_PER_SECOND / tsc_per_second;
}

void sleep_until(uint64_t ns) {
  for (;;) {
    uint64_t now = clock_ns();
    if (ns <= now + SHORTEST_SLEEP_NS) return;
    uint64_t sleep_ns = ns - now < NS_PER_SECOND ? ns - now : NS_PER_SECOND;
    *apic(APIC_TIMER_INITIAL) = (uint32_t)(sleep_ns * apic_ticks_per_second / NS_PER_SECOND);
    __asm__ volatile("hlt" ::: "memory");  // see on_protection_fault in boot.S
  }
}
