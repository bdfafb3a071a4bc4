// The picture's way to the terminal. ncurses writes into memory; from there it goes to the terminal as far as that
// takes it. A terminal that stops reading holds up nothing but its own picture.
#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

// What a blocking description of a terminal takes without blocking once it has room: buffers of pseudo terminals
// are handed out in multiples of this.
enum { CAREFUL_PIECE = 256, PIECE = 4096 };

static int picture = -1;  // what ncurses wrote
static int terminal = -1;
static bool is_terminal;
static bool may_block;
static off_t sent;

// A description of our own: O_NONBLOCK on the one we were given would be the shell's as well.
static int own_description(int descriptor) {
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
  return open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

int porch_output_open(int descriptor) {
  sent = 0;
  is_terminal = isatty(descriptor) == 1;
  terminal = is_terminal ? own_description(descriptor) : -1;
  // It may not be ours to open: a shell of another user's terminal.
  may_block = terminal < 0;
  if (may_block) terminal = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  picture = memfd_create("porchlight-picture", MFD_CLOEXEC);
  return terminal < 0 || picture < 0 ? -1 : terminal;
}

int porch_output_picture(void) {
  return picture;
}

void porch_output_close(void) {
  if (terminal >= 0) close(terminal);
  if (picture >= 0) close(picture);
  terminal = -1;
  picture = -1;
}

void porch_output_add(const char *bytes, size_t count) {
  while (count > 0) {
    const ssize_t written = write(picture, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    count -= (size_t)written;
  }
}

static bool has_room(int milliseconds) {
  struct pollfd room = {.fd = terminal, .events = POLLOUT};
  return poll(&room, 1, milliseconds) > 0;
}

static void forget(void) {
  sent = 0;
  if (ftruncate(picture, 0) == 0) lseek(picture, 0, SEEK_SET);
}

bool porch_output_send(void) {
  if (picture < 0) return true;
  const off_t end = lseek(picture, 0, SEEK_END);
  while (sent < end) {
    if (may_block && is_terminal && !has_room(0)) return false;
    char bytes[PIECE];
    const ssize_t count = pread(picture, bytes, may_block ? CAREFUL_PIECE : PIECE, sent);
    // Nobody but us has the file, so it can be read.
    if (count <= 0) break;
    const ssize_t written = write(terminal, bytes, (size_t)count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
    // A terminal that is gone takes nothing any more.
    if (written <= 0) break;
    sent += written;
  }
  forget();
  return true;
}

bool porch_output_settle(void) {
  for (int waited = 0; waited < 300; waited += 20) {
    if (porch_output_send()) return true;
    has_room(20);
  }
  return porch_output_send();
}

void porch_output_drop(void) {
  forget();
}

void porch_output_write_now(const char *bytes, size_t count) {
  bool gave_up = false;
  for (size_t written = 0; written < count;) {
    // It may only be slow. If it stands still, what it has not read is given up: a piece of a picture that nobody will
    // look at is worth less than the modes.
    if (!has_room(100)) {
      if (gave_up) return;
      gave_up = true;
      tcflush(terminal, TCOFLUSH);
      written = 0;
      continue;
    }
    const size_t left = count - written;
    const ssize_t more = write(terminal, bytes + written, may_block && left > CAREFUL_PIECE ? CAREFUL_PIECE : left);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) return;
    written += (size_t)more;
  }
}
