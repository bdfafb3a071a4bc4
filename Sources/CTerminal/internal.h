// What the C files of this target share. Nothing here is exported to Swift.
#pragma once
#include "include/cterminal.h"

#include <stddef.h>

// Collects the bytes that porch_terminal_restore writes; padding marks of terminfo are left out.
void porch_reset_begin(void);
void porch_reset_add(const char *string);

// Writes them, to a terminal that stands still as well.
void porch_reset_write(void);

// Takes the signals and remembers the terminal's modes.
void porch_guard_begin(int input, int wake);

// Has every byte from the keyboard arrive as it is and at once, and the picture leave as it is.
void porch_guard_take_modes(void);

// Gives modes and signals back.
void porch_guard_end(void);

// Stops the process group for as long as the terminal belongs to another one; false where it cannot be stopped.
bool porch_guard_await_foreground(int input);

// Stops the process group with the terminal's former modes in place; returns after it was continued.
void porch_guard_pause(void);
void porch_guard_resume(void);

// Whether the terminal was given back by a crash or by exit, so that nothing may be drawn any more.
bool porch_guard_is_restored(void);

// The picture's way out (output.c). Opens it to a descriptor; the terminal's own descriptor, or -1.
int porch_output_open(int descriptor);
void porch_output_close(void);

// The file in memory that ncurses writes to.
int porch_output_picture(void);

// Puts bytes after what ncurses has written.
void porch_output_add(const char *bytes, size_t count);

// Sends what the terminal takes now, without waiting. True if nothing is left.
bool porch_output_send(void);

// Sends it all, and waits for a moment where that is needed. True if nothing is left.
bool porch_output_settle(void);

// Forgets what was not sent.
void porch_output_drop(void);

// Writes past everything that waits, also past what the terminal has and does not read. Async-signal-safe.
void porch_output_write_now(const char *bytes, size_t count);
