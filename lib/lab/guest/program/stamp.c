#include "stamp.h"

#define STEP 0x9e3779b97f4a7c15u

// splitmix64: neighbouring pages and generations get unrelated content, which also compresses badly.
static uint64_t mix(uint64_t value) {
  value += STEP;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

static uint64_t first_word(uint64_t number, uint64_t generation) {
  return mix(mix(number) ^ generation);
}

void stamp_write(uint64_t* page, uint64_t number, uint64_t generation) {
  uint64_t word = first_word(number, generation);
  for (uint32_t i = 0; i < PAGE_WORDS; i++, word += STEP) page[i] = word;
}

bool stamp_matches(const uint64_t* page, uint64_t number, uint64_t generation) {
  uint64_t word = first_word(number, generation);
  uint64_t difference = 0;
  for (uint32_t i = 0; i < PAGE_WORDS; i++, word += STEP) difference |= page[i] ^ word;
  return difference == 0;
}

bool stamp_replace(uint64_t* page, uint64_t number, uint64_t old_generation, uint64_t new_generation) {
  uint64_t old_word = first_word(number, old_generation);
  uint64_t new_word = first_word(number, new_generation);
  uint64_t difference = 0;
  for (uint32_t i = 0; i < PAGE_WORDS; i++, old_word += STEP, new_word += STEP) {
    difference |= page[i] ^ old_word;
    page[i] = new_word;
  }
  return difference == 0;
}
