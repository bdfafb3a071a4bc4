// Wide-character ncurses. Only CTerminal's C file includes it; no Swift file imports this module, because the
// header's macros and globals (`move`, `clear`, `stdscr`) have no place in a Swift name space.
#pragma once
#define NCURSES_WIDECHAR 1
#if __has_include(<ncursesw/curses.h>)
#include <ncursesw/curses.h>
#elif __has_include(<curses.h>)
#include <curses.h>
#else
#error "ncurses is missing: apt-get install libncursesw5-dev"
#endif
