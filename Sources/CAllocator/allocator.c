#include "callocator.h"

#include <malloc.h>

enum { LARGE = 128 * 1024, ARENAS = 4 };

void porch_allocator_configure(void) {
  mallopt(M_MMAP_THRESHOLD, LARGE);
  mallopt(M_ARENA_MAX, ARENAS);
}

void porch_allocator_trim(void) { malloc_trim(0); }
