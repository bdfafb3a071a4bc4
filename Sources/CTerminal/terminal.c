#define _GNU_SOURCE
#include "../CNcurses/shim.h"
#include "internal.h"

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

enum { PASTE_BEGIN_CODE = 0x7000, PASTE_END_CODE = 0x7001 };

static const char paste_on[] = "\033[?2004h";
static const char paste_off[] = "\033[?2004l";

static SCREEN *screen;
static WINDOW *keys;  // a pad: reading from it never refreshes the screen as reading from stdscr would
static FILE *input_file;
static FILE *output_file;
static int output = -1;
static bool default_colors;
static int cursor_shown;

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
  const char *const names[] = {"rmkx", "sgr0", "cnorm", "rmcup"};
  porch_reset_begin(paste_off);
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

static void write_all(const char *bytes, size_t count) {
  porch_write_all(output, bytes, count);
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
  output = dup(options->output);
  const int input = dup(options->input);
  output_file = output < 0 ? NULL : fdopen(output, "w");
  input_file = input < 0 ? NULL : fdopen(input, "r");
  if (output_file == NULL || input_file == NULL) {
    porch_terminal_close();
    return PORCH_TERMINAL_FAILED;
  }
  if (!porch_guard_await_foreground(input)) {
    porch_terminal_close();
    return PORCH_TERMINAL_FAILED;
  }
  // Before newterm: ncurses installs its handlers only over the default ones.
  porch_guard_begin(input, output, options->wake);
  screen = newterm(options->term_name, output_file, input_file);
  if (screen == NULL) {
    porch_terminal_close();
    return PORCH_TERMINAL_FAILED;
  }
  raw();
  noecho();
  nonl();
  set_escdelay(25);
  meta(stdscr, TRUE);
  keys = newpad(1, 1);
  if (keys == NULL) {
    porch_terminal_close();
    return PORCH_TERMINAL_FAILED;
  }
  keypad(keys, TRUE);
  nodelay(keys, TRUE);
  define_key("\033[200~", PASTE_BEGIN_CODE);
  define_key("\033[201~", PASTE_END_CODE);
  prepare_colors(options->use_color, info);
  curs_set(0);
  cursor_shown = 0;
  leaveok(stdscr, TRUE);

  int32_t rows = options->rows, columns = options->columns;
  if (kernel_size(&rows, &columns) || (rows > 0 && columns > 0)) resizeterm(rows, columns);
  wnoutrefresh(stdscr);
  doupdate();
  write_all(paste_on, sizeof paste_on - 1);
  return PORCH_TERMINAL_OK;
}

void porch_terminal_close(void) {
  if (screen != NULL) {
    write_all(paste_off, sizeof paste_off - 1);
    endwin();
  }
  porch_guard_end();
  if (keys != NULL) delwin(keys);
  if (screen != NULL) delscreen(screen);
  // delscreen leaves stdio alone; each file owns its descriptor.
  if (input_file != NULL) fclose(input_file);
  if (output_file != NULL) fclose(output_file);
  keys = NULL;
  screen = NULL;
  input_file = NULL;
  output_file = NULL;
  output = -1;
  default_colors = false;
}

void porch_terminal_size(int32_t *rows, int32_t *columns) {
  *rows = screen == NULL ? 0 : LINES;
  *columns = screen == NULL ? 0 : COLS;
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

void porch_terminal_flush(int32_t cursor_row, int32_t cursor_column) {
  if (screen == NULL || porch_guard_is_restored()) return;
  const bool shown = cursor_row >= 0 && cursor_row < LINES && cursor_column >= 0 && cursor_column < COLS;
  // A hidden cursor may stay wherever the last cell left it.
  leaveok(stdscr, !shown);
  if (shown) wmove(stdscr, cursor_row, cursor_column);
  if (shown != cursor_shown) {
    cursor_shown = shown;
    curs_set(shown);
  }
  wnoutrefresh(stdscr);
  doupdate();
}

void porch_terminal_forget(void) {
  if (screen != NULL) clearok(curscr, TRUE);
}

static porch_terminal_key make_key(int32_t kind, int32_t value) {
  const porch_terminal_key key = {kind, value};
  return key;
}

porch_terminal_key porch_terminal_read_key(void) {
  if (screen == NULL) return make_key(PORCH_KEY_NONE, 0);
  // Bytes rather than wget_wch: that one drops what it has of a character when the rest is late, and swallows up
  // to sixteen keys after a byte that is no UTF-8.
  int code = wgetch(keys);
  while (code == KEY_RESIZE) code = wgetch(keys);
  if (code == ERR) return make_key(PORCH_KEY_NONE, 0);
  if (code < 256) return make_key(PORCH_KEY_BYTE, code);
  if (code > KEY_F0 && code <= KEY_F(63)) return make_key(PORCH_KEY_FUNCTION, code - KEY_F0);
  switch (code) {
    case KEY_UP: return make_key(PORCH_KEY_UP, 0);
    case KEY_DOWN: return make_key(PORCH_KEY_DOWN, 0);
    case KEY_LEFT: return make_key(PORCH_KEY_LEFT, 0);
    case KEY_RIGHT: return make_key(PORCH_KEY_RIGHT, 0);
    case KEY_HOME: case KEY_FIND: return make_key(PORCH_KEY_HOME, 0);
    case KEY_END: case KEY_SELECT: return make_key(PORCH_KEY_END, 0);
    case KEY_PPAGE: return make_key(PORCH_KEY_PAGE_UP, 0);
    case KEY_NPAGE: return make_key(PORCH_KEY_PAGE_DOWN, 0);
    case KEY_IC: return make_key(PORCH_KEY_INSERT, 0);
    case KEY_DC: return make_key(PORCH_KEY_DELETE, 0);
    case KEY_BACKSPACE: return make_key(PORCH_KEY_BACKSPACE, 0);
    case KEY_BTAB: return make_key(PORCH_KEY_BACK_TAB, 0);
    case KEY_ENTER: return make_key(PORCH_KEY_ENTER, 0);
    case PASTE_BEGIN_CODE: return make_key(PORCH_KEY_PASTE_BEGIN, 0);
    case PASTE_END_CODE: return make_key(PORCH_KEY_PASTE_END, 0);
    default: return make_key(PORCH_KEY_OTHER, 0);
  }
}

void porch_terminal_stop(void) {
  if (screen == NULL) return;
  write_all(paste_off, sizeof paste_off - 1);
  endwin();
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
  write_all(paste_on, sizeof paste_on - 1);
}
