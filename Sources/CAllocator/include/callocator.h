// What the C library's allocator is told, for which Swift has no names.
#pragma once

// Large blocks get pages of their own, and give them back when they are freed. Left to itself the allocator raises the
// size it calls large with every large block that is freed, and keeps the rest. And it makes up to eight arenas for each
// processor, of which every one keeps what was once in use: a few are shared instead.
void porch_allocator_configure(void);

// Gives back what is free, wherever it lies.
void porch_allocator_trim(void);
