// Apart from the rest, because term.h turns hundreds of short words into macros.
#include "../CNcurses/shim.h"
#include "internal.h"

#if __has_include(<ncursesw/term.h>)
#include <ncursesw/term.h>
#else
#include <term.h>
#endif

void porch_mend_entry(void) {
  if (cur_term == NULL) return;
  // A hardware tab goes wherever somebody has set the stops, and not every terminal called ansi knows its CSI I.
  tab = NULL;
  back_tab = NULL;
  // Where the cursor is after the last column, terminals do not agree on whatever their name is: tmux waits there,
  // though ansi says that the next line begins. ncurses then takes the place for unknown and addresses the cursor.
  eat_newline_glitch = TRUE;
}
