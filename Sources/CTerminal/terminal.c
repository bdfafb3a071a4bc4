#define _GNU_SOURCE
#include "../CNcurses/shim.h"
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

// `term.h` is not included: it turns hundreds of short words into macros.
struct term;
extern int setupterm(const char *term, int fd, int *error);
extern char *tigetstr(const char *name);
extern int del_curterm(struct term *terminal);
extern struct term *cur_term;

// What makes a terminal send bytes that nobody typed: X10's mouse, the mouse in its other modes, focus, and pastes in
// brackets. A program that was killed may have left any of them on.
static const char *const report_modes[] = {
    "9", "1000", "1001", "1002", "1003", "1004", "1005", "1006", "1015", "1016", "2004",
};
enum { REPORT_MODES = sizeof report_modes / sizeof report_modes[0] };

static const char paste_on[] = "\033[?2004h";
static const char paste_off[] = "\033[?2004l";
static const char background_query[] = "\033]11;?\007";

static SCREEN *screen;
static FILE *input_file;
static FILE *picture_file;
static int output = -1;
static bool knows_modes;
static bool has_saved_modes;
static bool default_colors;
static int cursor_shown;

// XTSAVE and XTRESTORE rather than DECRQM: a terminal that knows them answers nothing that might arrive in the shell
// after a quick end, and one that does not knows that `CSI ? s` is none of its business.
static void take_modes(void) {
  if (!knows_modes) return;
  char bytes[16];
  // After a SIGSTOP, which cannot be caught, the terminal was not given back: what it would save now are our modes.
  for (size_t i = 0; i < REPORT_MODES && !has_saved_modes; i++) {
    const int count = snprintf(bytes, sizeof bytes, "\033[?%ss", report_modes[i]);
    porch_output_add(bytes, (size_t)count);
  }
  for (size_t i = 0; i < REPORT_MODES; i++) {
    const int count = snprintf(bytes, sizeof bytes, "\033[?%sl", report_modes[i]);
    porch_output_add(bytes, (size_t)count);
  }
  has_saved_modes = true;
  porch_output_add(paste_on, sizeof paste_on - 1);
}

static void give_modes_back(void (*add)(const char *)) {
  if (!knows_modes) return;
  add(paste_off);
  char bytes[16];
  for (size_t i = 0; i < REPORT_MODES; i++) {
    snprintf(bytes, sizeof bytes, "\033[?%sr", report_modes[i]);
    add(bytes);
  }
}

static void add_string(const char *string) {
  porch_output_add(string, strlen(string));
}

static int check_entry(const char *term_name, int fd) {
  int error = 0;
  if (setupterm(term_name, fd, &error) != 0 && error != 1) {
    return error == 0 ? PORCH_TERMINAL_UNKNOWN : PORCH_TERMINAL_NO_DATABASE;
  }
  const char *move = tigetstr("cup");
  const bool can_move = error == 1 && move != NULL && move != (char *)-1;
  // After "hardcopy" and "generic" entries cur_term may be missing.
  if (!can_move) {
    if (cur_term != NULL) del_curterm(cur_term);
    return PORCH_TERMINAL_TOO_SIMPLE;
  }
  // Terminals that are not of the ANSI kind would show the sequences of private modes.
  knows_modes = strncmp(move, "\033[", 2) == 0;
  const char *const names[] = {"rmkx", "sgr0", "cnorm", "rmcup"};
  porch_reset_begin();
  give_modes_back(porch_reset_add);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const char *string = tigetstr(names[i]);
    if (string != NULL && string != (char *)-1) porch_reset_add(string);
  }
  del_curterm(cur_term);
  return PORCH_TERMINAL_OK;
}

static bool kernel_size(int32_t *rows, int32_t *columns) {
  struct winsize size;
  if (ioctl(output, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return false;
  *rows = size.ws_row;
  *columns = size.ws_col;
  return true;
}

// What the user comes back to is put right even if the terminal does not read it yet.
static void leave(void) {
  give_modes_back(add_string);
  has_saved_modes = false;
  endwin();
  if (porch_output_settle()) return;
  porch_output_drop();
  porch_reset_write();
}

static void prepare_colors(bool use_color, porch_terminal_info *info) {
  info->colors = 0;
  info->pairs = 0;
  // Without start_color ncurses writes not one colour sequence.
  if (!use_color || !has_colors() || start_color() != OK) return;
  default_colors = use_default_colors() == OK;
  info->colors = COLORS;
  info->pairs = COLOR_PAIRS;
}

// Small systems lack the locale that a remote login brings along, en_US.UTF-8 for one. The terminal shows
// UTF-8 all the same, so the one UTF-8 locale that every Debian has takes its place.
static void choose_locale(const char *locale) {
  if (setlocale(LC_CTYPE, locale) != NULL) return;
  const bool is_utf8 = strcasestr(locale, "utf-8") != NULL || strcasestr(locale, "utf8") != NULL;
  if (!is_utf8 || setlocale(LC_CTYPE, "C.UTF-8") == NULL) setlocale(LC_CTYPE, "C");
}

int32_t porch_terminal_open(const porch_terminal_options *options, porch_terminal_info *info) {
  if (screen != NULL) return PORCH_TERMINAL_BUSY;
  choose_locale(options->locale);
  info->unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;

  const int32_t entry = check_entry(options->term_name, options->output);
  if (entry != PORCH_TERMINAL_OK) return entry;

  // Descriptors of our own: fclose must not close the caller's.
  output = porch_output_open(options->output);
  const int input = fcntl(options->input, F_DUPFD_CLOEXEC, 3);
  input_file = input < 0 ? NULL : fdopen(input, "r");
  const int picture = output < 0 ? -1 : fcntl(porch_output_picture(), F_DUPFD_CLOEXEC, 3);
  picture_file = picture < 0 ? NULL : fdopen(picture, "w");
  if (picture_file == NULL || input_file == NULL || !porch_guard_await_foreground(input)) {
    porch_terminal_close();
    return PORCH_TERMINAL_FAILED;
  }
  // Before newterm: ncurses installs its handlers only over the default ones.
  porch_guard_begin(input, options->wake);
  screen = newterm(options->term_name, picture_file, input_file);
  if (screen == NULL) {
    porch_terminal_close();
    return PORCH_TERMINAL_FAILED;
  }
  // ncurses sees no terminal, only the file in memory, so these say how its modes are.
  raw();
  noecho();
  nonl();
  porch_guard_take_modes();
  // No picture stops half way because a key has come.
  typeahead(-1);
  keypad(stdscr, TRUE);
  prepare_colors(options->use_color, info);
  curs_set(0);
  cursor_shown = 0;
  leaveok(stdscr, TRUE);

  int32_t rows = options->rows, columns = options->columns;
  if (kernel_size(&rows, &columns) || (rows > 0 && columns > 0)) resizeterm(rows, columns);
  wnoutrefresh(stdscr);
  doupdate();
  take_modes();
  if (options->asks_background && info->colors > 0) add_string(background_query);
  porch_output_send();
  return PORCH_TERMINAL_OK;
}

void porch_terminal_close(void) {
  if (screen != NULL) leave();
  porch_guard_end();
  if (screen != NULL) delscreen(screen);
  // delscreen leaves stdio alone; each file owns its descriptor.
  if (input_file != NULL) fclose(input_file);
  if (picture_file != NULL) fclose(picture_file);
  porch_output_close();
  screen = NULL;
  input_file = NULL;
  picture_file = NULL;
  output = -1;
  default_colors = false;
}

// An entry with "am" and without "xenl" says that a filled last column wraps at once. Emulators that are told to be
// such a terminal (TERM=ansi) wait for the next character all the same, and ncurses and they would disagree about the
// row. So the last column stays empty there.
static bool wraps_at_once(void) {
  return tigetflag("am") > 0 && tigetflag("xenl") <= 0;
}

void porch_terminal_size(int32_t *rows, int32_t *columns) {
  *rows = screen == NULL ? 0 : LINES;
  *columns = screen == NULL ? 0 : wraps_at_once() && COLS > 1 ? COLS - 1 : COLS;
}

void porch_terminal_follow_size(void) {
  int32_t rows, columns;
  if (screen != NULL && kernel_size(&rows, &columns)) resizeterm(rows, columns);
}

bool porch_terminal_define_pair(int32_t pair, int32_t foreground, int32_t background) {
  if (screen == NULL) return false;
  if (!default_colors) {
    if (foreground < 0) foreground = COLOR_WHITE;
    if (background < 0) background = COLOR_BLACK;
  }
  return init_extended_pair(pair, foreground, background) == OK;
}

static bool widths_agree(const wchar_t *text, int32_t count, int32_t width) {
  if (count == 0 || wcwidth(text[0]) != width) return false;
  for (int32_t i = 1; i < count; i++) {
    if (wcwidth(text[i]) != 0) return false;
  }
  return true;
}

void porch_terminal_put(
    int32_t row, int32_t column, const uint32_t *scalars, int32_t count, int32_t width, uint32_t attributes,
    int32_t pair) {
  if (screen == NULL || row < 0 || column < 0 || row >= LINES || column + width > COLS) return;
  attr_t look = A_NORMAL;
  if (attributes & PORCH_TERMINAL_BOLD) look |= A_BOLD;
  if (attributes & PORCH_TERMINAL_DIM) look |= A_DIM;
  if (attributes & PORCH_TERMINAL_ITALIC) look |= A_ITALIC;
  if (attributes & PORCH_TERMINAL_UNDERLINE) look |= A_UNDERLINE;
  if (attributes & PORCH_TERMINAL_REVERSE) look |= A_REVERSE;

  wchar_t text[CCHARW_MAX + 1];
  if (count > CCHARW_MAX) count = CCHARW_MAX;
  for (int32_t i = 0; i < count; i++) text[i] = (wchar_t)scalars[i];
  text[count] = L'\0';

  // The pair goes through the last argument as well: only that one holds numbers above 32,767.
  int extended = pair;
  cchar_t cell;
  if (widths_agree(text, count, width)) {
    setcchar(&cell, text, look, (short)pair, &extended);
    mvwadd_wch(stdscr, row, column, &cell);
    return;
  }
  for (int32_t i = 0; i < width; i++) {
    setcchar(&cell, i == 0 ? L"?" : L" ", look, (short)pair, &extended);
    mvwadd_wch(stdscr, row, column + i, &cell);
  }
}

bool porch_terminal_flush(int32_t cursor_row, int32_t cursor_column, bool is_visible) {
  if (screen == NULL || porch_guard_is_restored()) return true;
  const bool placed = cursor_row >= 0 && cursor_row < LINES && cursor_column >= 0 && cursor_column < COLS;
  const bool shown = placed && is_visible;
  // A hidden cursor is moved too: screen readers read the line it stands on.
  leaveok(stdscr, !placed);
  if (placed) wmove(stdscr, cursor_row, cursor_column);
  if (shown != cursor_shown) {
    cursor_shown = shown;
    curs_set(shown);
  }
  wnoutrefresh(stdscr);
  doupdate();
  return porch_output_send();
}

bool porch_terminal_send(void) {
  return screen == NULL || porch_guard_is_restored() || porch_output_send();
}

int32_t porch_terminal_output(void) {
  return output;
}

void porch_terminal_forget(void) {
  if (screen != NULL) clearok(curscr, TRUE);
}

int32_t porch_terminal_read(uint8_t *bytes, int32_t size) {
  if (screen == NULL) return 0;
  // The bytes as they come, not wgetch: it takes sequences that arrive in pieces, or that terminfo does not know,
  // for the letters in them.
  const ssize_t count = read(fileno(input_file), bytes, (size_t)size);
  if (count < 0) return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK ? -1 : 0;
  return (int32_t)count;
}

const char *porch_terminal_capability(const char *name) {
  const char *string = screen == NULL ? NULL : tigetstr(name);
  return string == (char *)-1 ? NULL : string;
}

void porch_terminal_stop(void) {
  if (screen == NULL) return;
  leave();
  porch_guard_pause();
}

void porch_terminal_resume(void) {
  if (screen == NULL) return;
  porch_guard_await_foreground(fileno(input_file));
  porch_guard_resume();
  // doupdate after endwin takes the terminal's modes and its alternate screen back and paints everything.
  if (!isendwin()) endwin();
  porch_terminal_follow_size();
  clearok(curscr, TRUE);
  wnoutrefresh(stdscr);
  doupdate();
  curs_set(cursor_shown);
  take_modes();
  porch_output_send();
}
