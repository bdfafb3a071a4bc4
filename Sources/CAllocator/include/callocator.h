// What the C library's allocator is told, for which Swift has no names.
#pragma once

// Large blocks get pages of their own, and give them back when they are freed. Left to itself the allocator raises the
// size it calls large with every large block that is freed, and keeps the rest.
void porch_allocator_configure(void);

// Gives back what is free, wherever it lies.
void porch_allocator_trim(void);

// All threads share one heap. A heap of its own grows by a page at a time, each a call into the kernel: for a program
// with few threads that costs more than waiting for each other. To be called before the first thread starts.
void porch_allocator_share(void);
