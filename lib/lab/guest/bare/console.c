#include "console.h"

#include "ports.h"

#define SERIAL_PORT 0x3f8

void print(const char* text) {
  for (; *text != '\0'; text++) out8(SERIAL_PORT, (uint8_t)*text);
}

void print_number(uint64_t number) {
  char digits[21];
  char* at = digits + sizeof digits - 1;
  *at = '\0';
  do {
    *--at = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  print(at);
}

_Noreturn void fail(const char* why) {
  print("precopy: ");
  print(why);
  print("\n");
  for (;;) __asm__ volatile("ud2");  // nothing handles it: a triple fault
}
