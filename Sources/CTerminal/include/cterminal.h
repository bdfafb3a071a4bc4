// The terminal as TerminalDriver sees it: plain integers in and out, no name of ncurses.
//
// There is one terminal per process, because ncurses keeps its state in globals. Everything but
// porch_terminal_restore and the wake-up functions is to be called from one thread at a time.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  PORCH_TERMINAL_OK = 0,
  PORCH_TERMINAL_UNKNOWN,      // terminfo has no entry of this name
  PORCH_TERMINAL_NO_DATABASE,  // there is no terminfo at all
  PORCH_TERMINAL_TOO_SIMPLE,   // the entry cannot move a cursor
  PORCH_TERMINAL_BUSY,         // a terminal is open already
  PORCH_TERMINAL_FAILED,       // ncurses or the system refused
};

enum {
  PORCH_TERMINAL_BOLD = 1,
  PORCH_TERMINAL_DIM = 2,
  PORCH_TERMINAL_ITALIC = 4,
  PORCH_TERMINAL_UNDERLINE = 8,
  PORCH_TERMINAL_REVERSE = 16,
};

// Signals that arrived, as bits of porch_terminal_take_signals.
enum {
  PORCH_TERMINAL_WINDOW_CHANGED = 1,
  PORCH_TERMINAL_CONTINUED = 2,
  PORCH_TERMINAL_STOP_ASKED = 4,
  PORCH_TERMINAL_TERMINATED = 8,
  PORCH_TERMINAL_HUNG_UP = 16,
  PORCH_TERMINAL_INTERRUPTED = 32,
};

typedef struct {
  const char *term_name;
  const char *locale;  // for LC_CTYPE
  int32_t input;
  int32_t output;
  int32_t wake;     // an eventfd that signal handlers write to
  int32_t rows;     // the size where the output has none of its own; 0 leaves it to ncurses
  int32_t columns;
  bool use_color;
  bool asks_background;  // whether to ask for the background colour, if there are colours
} porch_terminal_options;

typedef struct {
  int32_t colors;  // 0 without colour
  int32_t pairs;
  bool unicode;
} porch_terminal_info;

// A non-blocking eventfd, or -1.
int32_t porch_terminal_make_wake(void);
void porch_terminal_wake(int32_t wake);
void porch_terminal_clear_wake(int32_t wake);

// Gives the calling thread a stack for signal handlers, so that its own stack's overflow can be handled.
void porch_terminal_protect_thread(void);

int32_t porch_terminal_open(const porch_terminal_options *options, porch_terminal_info *info);

// Restores everything that open changed. Does nothing if no terminal is open.
void porch_terminal_close(void);

// Writes the reset bytes and the terminal's former modes. Async-signal-safe.
void porch_terminal_restore(void);

void porch_terminal_size(int32_t *rows, int32_t *columns);

// Asks the kernel for the size and follows it.
void porch_terminal_follow_size(void);

// Defines a colour pair; -1 stands for the terminal's own colour. False if ncurses refuses.
bool porch_terminal_define_pair(int32_t pair, int32_t foreground, int32_t background);

// Puts one glyph. Where the C library gives it another width than `width`, a question mark and spaces take
// its place, so that no column ever shifts.
void porch_terminal_put(
    int32_t row, int32_t column, const uint32_t *scalars, int32_t count, int32_t width, uint32_t attributes,
    int32_t pair);

// Draws what changed since the last flush and sends as much as the terminal takes without waiting; true if that was
// all. Until the rest has been sent there is nothing to be gained by another flush. The cursor is left there, shown
// or hidden; a place outside of the screen hides it and leaves it wherever it is.
bool porch_terminal_flush(int32_t cursor_row, int32_t cursor_column, bool is_visible);

// Sends what the terminal takes now; true if nothing is left.
bool porch_terminal_send(void);

// The descriptor to poll for room while something is left.
int32_t porch_terminal_output(void);

// Forgets what the terminal is believed to show; the next flush paints everything.
void porch_terminal_forget(void);

// Reads what was typed, once the keyboard is readable: the number of bytes, -1 if there are none after all, 0 at the
// end.
int32_t porch_terminal_read(uint8_t *bytes, int32_t size);

// What terminfo says of a string capability of the open terminal; NULL where it has none.
const char *porch_terminal_capability(const char *name);

// Reads and clears the signals that arrived.
uint32_t porch_terminal_take_signals(void);

// Gives the terminal back, stops the process group, and returns when it goes on. Call resume next.
void porch_terminal_stop(void);

// Takes the terminal again after a stop.
void porch_terminal_resume(void);
