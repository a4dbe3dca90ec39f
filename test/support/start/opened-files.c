/* Appends the path of each file that a process opens to the file OPENED_FILES_LOG (LD_PRELOAD). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int (*open_function)(const char *, int, ...);

static void log_path(const char *path) {
  const char *log = getenv("OPENED_FILES_LOG");
  open_function real = (open_function)dlsym(RTLD_NEXT, "open");
  int fd = log == NULL ? -1 : real(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  dprintf(fd, "%s\n", path);
  close(fd);
}

#define OPEN(name)                                        \
  int name(const char *path, int flags, ...) {            \
    int mode = 0;                                         \
    if (flags & (O_CREAT | __O_TMPFILE)) {                \
      va_list arguments;                                  \
      va_start(arguments, flags);                         \
      mode = va_arg(arguments, int);                      \
      va_end(arguments);                                  \
    }                                                     \
    open_function real = (open_function)dlsym(RTLD_NEXT, #name); \
    int fd = real(path, flags, mode);                     \
    if (fd >= 0) log_path(path);                          \
    return fd;                                            \
  }

OPEN(open)
OPEN(open64)
