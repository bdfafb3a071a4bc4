// Whatever ends the process, the terminal is given back: by close, by atexit, or by a handler for crashes.
#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

// Crashes, and everything else that ends a process unless it is caught.
static const int crash_signals[] = {
    SIGILL, SIGTRAP, SIGSEGV, SIGBUS,  SIGABRT, SIGFPE,  SIGSYS,  SIGQUIT, SIGUSR1,
    SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ, SIGPWR, SIGPOLL, SIGSTKFLT,
};
static const int event_signals[] = {SIGWINCH, SIGCONT, SIGTSTP, SIGTERM, SIGHUP, SIGINT};

enum {
  CRASHES = sizeof crash_signals / sizeof crash_signals[0],
  EVENTS = sizeof event_signals / sizeof event_signals[0],
  HANDLER_STACK = 64 * 1024,
};

// All of this is written before the handlers are installed and only read by them.
static char reset_bytes[1024];
static size_t reset_count;
static int tty_input = -1;
static int wake = -1;
static struct termios saved_modes;
static bool has_modes;
static struct sigaction old_crash[CRASHES];
static struct sigaction old_event[EVENTS];
static bool installed;

static _Atomic uint32_t pending;

// 1 while the terminal is ours. The thread that swaps it to 0 gives the terminal back, so it happens once.
static atomic_int owns_terminal;

void porch_reset_begin(void) {
  reset_count = 0;
}

void porch_reset_add(const char *string) {
  while (*string != '\0' && reset_count < sizeof reset_bytes) {
    if (string[0] == '$' && string[1] == '<') {
      const char *end = strchr(string, '>');
      if (end != NULL) {
        string = end + 1;
        continue;
      }
    }
    reset_bytes[reset_count++] = *string++;
  }
}

void porch_reset_write(void) {
  porch_output_write_now(reset_bytes, reset_count);
}

void porch_terminal_restore(void) {
  if (atomic_exchange(&owns_terminal, 0) == 0) return;
  const int saved_errno = errno;
  // From the background, setting modes would stop the process in the middle of its death.
  struct sigaction ignore;
  memset(&ignore, 0, sizeof ignore);
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGTTOU, &ignore, NULL);
  porch_reset_write();
  if (has_modes) tcsetattr(tty_input, TCSANOW, &saved_modes);
  errno = saved_errno;
}

bool porch_guard_is_restored(void) {
  return atomic_load(&owns_terminal) == 0;
}

// Never chains to the handler before it: Swift's own one prompts on the terminal and waits.
static void on_crash(int signal_number) {
  porch_terminal_restore();
  struct sigaction plain;
  memset(&plain, 0, sizeof plain);
  plain.sa_handler = SIG_DFL;
  sigaction(signal_number, &plain, NULL);
  // Blocked until this handler returns, then it ends the process with the status that tells the cause.
  raise(signal_number);
}

static void on_event(int signal_number) {
  uint32_t bit = 0;
  switch (signal_number) {
    case SIGWINCH: bit = PORCH_TERMINAL_WINDOW_CHANGED; break;
    case SIGCONT: bit = PORCH_TERMINAL_CONTINUED; break;
    case SIGTSTP: bit = PORCH_TERMINAL_STOP_ASKED; break;
    case SIGTERM: bit = PORCH_TERMINAL_TERMINATED; break;
    case SIGHUP: bit = PORCH_TERMINAL_HUNG_UP; break;
    case SIGINT: bit = PORCH_TERMINAL_INTERRUPTED; break;
  }
  const int saved_errno = errno;
  atomic_fetch_or(&pending, bit);
  porch_terminal_wake(wake);
  errno = saved_errno;
}

static void install(const int *signals, int count, void (*handler)(int), int flags, struct sigaction *old) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < count; i++) sigaction(signals[i], &action, &old[i]);
}

void porch_guard_begin(int input, int wake_descriptor) {
  tty_input = input;
  wake = wake_descriptor;
  has_modes = tcgetattr(input, &saved_modes) == 0;
  atomic_store(&pending, 0);
  atomic_store(&owns_terminal, 1);

  static bool covers_exit;
  if (!covers_exit) covers_exit = atexit(porch_terminal_restore) == 0;

  install(crash_signals, CRASHES, on_crash, SA_ONSTACK, old_crash);
  install(event_signals, EVENTS, on_event, SA_ONSTACK | SA_RESTART, old_event);
  signal(SIGPIPE, SIG_IGN);
  installed = true;
}

void porch_guard_take_modes(void) {
  if (!has_modes) return;
  struct termios modes = saved_modes;
  modes.c_iflag &= ~(tcflag_t)(BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
  modes.c_oflag &= ~(tcflag_t)ONLCR;
  modes.c_lflag &= ~(tcflag_t)(ICANON | ISIG | IEXTEN | ECHO | ECHONL);
  modes.c_cc[VMIN] = 1;
  modes.c_cc[VTIME] = 0;
  tcsetattr(tty_input, TCSANOW, &modes);
}

// Never TCSADRAIN: a terminal that stops reading is not drained.
void porch_guard_end(void) {
  if (!installed) return;
  if (has_modes && atomic_load(&owns_terminal)) tcsetattr(tty_input, TCSANOW, &saved_modes);
  atomic_store(&owns_terminal, 0);
  for (int i = 0; i < CRASHES; i++) sigaction(crash_signals[i], &old_crash[i], NULL);
  for (int i = 0; i < EVENTS; i++) sigaction(event_signals[i], &old_event[i], NULL);
  // SIGPIPE stays ignored: sockets that were opened meanwhile count on it.
  installed = false;
  wake = -1;
}

void porch_guard_pause(void) {
  if (has_modes) tcsetattr(tty_input, TCSANOW, &saved_modes);
  atomic_store(&owns_terminal, 0);
  struct sigaction plain, ours;
  memset(&plain, 0, sizeof plain);
  plain.sa_handler = SIG_DFL;
  atomic_fetch_and(&pending, ~(uint32_t)(PORCH_TERMINAL_CONTINUED | PORCH_TERMINAL_STOP_ASKED));
  sigaction(SIGTSTP, &plain, &ours);
  kill(0, SIGTSTP);
  // The signal goes to whichever thread the kernel picks, so this one may run on for a moment before
  // everything stops. It waits for the SIGCONT, but not for ever: an orphaned process group never stops.
  for (int waited = 0; waited < 100; waited += 10) {
    if (atomic_load(&pending) & PORCH_TERMINAL_CONTINUED) break;
    poll(NULL, 0, 10);
  }
  sigaction(SIGTSTP, &ours, NULL);
}

bool porch_guard_await_foreground(int input) {
  for (int tries = 0; tries < 50; tries++) {
    const pid_t front = tcgetpgrp(input);
    if (front < 0 || front == getpgrp()) return true;
    // As the kernel does when a thread reads a terminal from the background, but for the whole process: the threads of
    // Swift's pool block the signal, so it would not stop us by itself. When the shell lets the process go on, it may
    // still be in the background.
    kill(0, SIGTTIN);
    poll(NULL, 0, 10);
  }
  // An orphaned process group never stops.
  return false;
}

void porch_guard_resume(void) {
  atomic_fetch_and(&pending, ~(uint32_t)(PORCH_TERMINAL_CONTINUED | PORCH_TERMINAL_STOP_ASKED));
  atomic_store(&owns_terminal, 1);
  porch_guard_take_modes();
}

uint32_t porch_terminal_take_signals(void) {
  return atomic_exchange(&pending, 0);
}

int32_t porch_terminal_make_wake(void) {
  return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

void porch_terminal_wake(int32_t descriptor) {
  const uint64_t one = 1;
  // A full counter wakes just as well, so the result does not matter.
  const ssize_t written = write(descriptor, &one, sizeof one);
  (void)written;
}

void porch_terminal_clear_wake(int32_t descriptor) {
  uint64_t count;
  const ssize_t got = read(descriptor, &count, sizeof count);
  (void)got;
}

// Signal stacks belong to one thread each. Threads of Swift's pool have none, and cannot be given one from
// outside: their stack's overflow ends the process without this handler.
void porch_terminal_protect_thread(void) {
  static _Thread_local bool is_protected;
  if (is_protected) return;
  is_protected = true;
  stack_t stack;
  if (sigaltstack(NULL, &stack) == 0 && !(stack.ss_flags & SS_DISABLE)) return;
  void *memory = mmap(NULL, HANDLER_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  memset(&stack, 0, sizeof stack);
  stack.ss_sp = memory;
  stack.ss_size = HANDLER_STACK;
  sigaltstack(&stack, NULL);
}
