// What a guest writes into its pages: content that follows from page number and generation alone, so that
// every byte of a page can be checked, and a page that is intact but stale is found as well.
#ifndef PRECOPY_STAMP_H
#define PRECOPY_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_BYTES 4096u
#define PAGE_WORDS (PAGE_BYTES / sizeof(uint64_t))

void stamp_write(uint64_t* page, uint64_t number, uint64_t generation);

bool stamp_matches(const uint64_t* page, uint64_t number, uint64_t generation);

// Checks for the old generation and writes the new one in a single pass over the page.
bool stamp_replace(uint64_t* page, uint64_t number, uint64_t old_generation, uint64_t new_generation);

#endif
