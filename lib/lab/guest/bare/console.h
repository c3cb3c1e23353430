#ifndef PRECOPY_CONSOLE_H
#define PRECOPY_CONSOLE_H

#include <stdint.h>

void print(const char* text);
void print_number(uint64_t number);

// Says why on the serial port and resets the machine, which ends the guest: one that cannot do its work must
// not look as if it ran.
_Noreturn void fail(const char* why);

#endif
