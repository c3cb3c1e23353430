#ifndef PRECOPY_FAIL_H
#define PRECOPY_FAIL_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Process 1 that ends makes the kernel panic, and that ends the guest: a guest that cannot do its work must
// not look as if it ran.
static inline _Noreturn void fail(const char* what) {
  printf("precopy: %s: %s\n", what, strerror(errno));
  fflush(stdout);
  exit(1);
}

#endif
