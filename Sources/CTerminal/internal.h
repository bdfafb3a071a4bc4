// What the two C files of this target share. Nothing here is exported to Swift.
#pragma once
#include "include/cterminal.h"

#include <stddef.h>

// Collects the bytes that porch_terminal_restore writes; padding marks of terminfo are left out.
void porch_reset_begin(const char *first);
void porch_reset_add(const char *string);

// Takes the signals and remembers the terminal's modes.
void porch_guard_begin(int input, int output, int wake);

// Gives modes and signals back.
void porch_guard_end(void);

// Stops the process group for as long as the terminal belongs to another one; false where it cannot be stopped.
bool porch_guard_await_foreground(int input);

// Stops the process group with the terminal's former modes in place; returns after it was continued.
void porch_guard_pause(void);
void porch_guard_resume(void);

// Whether the terminal was given back by a crash or by exit, so that nothing may be drawn any more.
bool porch_guard_is_restored(void);

void porch_write_all(int descriptor, const char *bytes, size_t count);
