#include "callocator.h"

#include <malloc.h>

enum { LARGE = 128 * 1024 };

void porch_allocator_configure(void) { mallopt(M_MMAP_THRESHOLD, LARGE); }

void porch_allocator_trim(void) { malloc_trim(0); }
