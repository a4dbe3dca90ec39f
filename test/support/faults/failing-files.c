/*
 * Makes one system call on a file below a folder fail, for tests of a failing or full disk (LD_PRELOAD).
 *
 * FAULT_FOLDER  folder whose files are affected
 * FAULT_LOG     file to which each counted call is appended, outside the folder
 * FAULT_AT      number of the call that fails, from 1; 0 only counts
 * FAULT_ERRNO   error number
 * FAULT_STICKY  1: all later calls fail too, as on a full disk
 * FAULT_SHORT   1: a failing pwrite first writes half of its bytes, as on a disk that becomes full
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int count;

static int number(const char *name) {
  const char *text = getenv(name);
  return text == NULL ? 0 : atoi(text);
}

static int in_folder(const char *path) {
  const char *folder = getenv("FAULT_FOLDER");
  size_t length = folder == NULL ? 0 : strlen(folder);
  return length > 0 && strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int is_affected(int fd) {
  char link[64], path[PATH_MAX + 1];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX);
  if (length < 0) return 0;
  path[length] = 0;
  return in_folder(path);
}

/* Counts a call. Returns the error number with which it must fail, or 0. */
static int next_fault(const char *call) {
  int n = atomic_fetch_add(&count, 1) + 1;
  const char *log = getenv("FAULT_LOG");
  if (log != NULL) {
    int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int fd = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0) {
      dprintf(fd, "%s\n", call);
      close(fd);
    }
  }
  int at = number("FAULT_AT");
  return at > 0 && (n == at || (n > at && number("FAULT_STICKY"))) ? number("FAULT_ERRNO") : 0;
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define FAIL_IF(condition, call)                  \
  do {                                            \
    int fault = (condition) ? next_fault(call) : 0; \
    if (fault != 0) {                             \
      errno = fault;                              \
      return -1;                                  \
    }                                             \
  } while (0)

#define MODE(flags)                                     \
  mode_t mode = 0;                                      \
  if ((flags) & (O_CREAT | __O_TMPFILE)) {              \
    va_list arguments;                                  \
    va_start(arguments, flags);                         \
    mode = (mode_t)va_arg(arguments, int);              \
    va_end(arguments);                                  \
  }

#define OPEN(name)                                      \
  int name(const char *path, int flags, ...) {          \
    MODE(flags)                                         \
    FAIL_IF(in_folder(path), "open");                   \
    REAL(name);                                         \
    return real(path, flags, mode);                     \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                    \
  int name(int folder, const char *path, int flags, ...) { \
    MODE(flags)                                         \
    FAIL_IF(in_folder(path), "open");                   \
    REAL(name);                                         \
    return real(folder, path, flags, mode);             \
  }
OPENAT(openat)
OPENAT(openat64)

#define READ(name, offset_type)                                       \
  ssize_t name(int fd, void *buffer, size_t size, offset_type offset) { \
    FAIL_IF(is_affected(fd), "pread");                                \
    REAL(name);                                                       \
    return real(fd, buffer, size, offset);                            \
  }
READ(pread, off_t)
READ(pread64, off64_t)

#define WRITE(name, offset_type)                                      \
  ssize_t name(int fd, const void *buffer, size_t size, offset_type offset) { \
    REAL(name);                                                       \
    int fault = is_affected(fd) ? next_fault("pwrite") : 0;           \
    if (fault == 0) return real(fd, buffer, size, offset);            \
    if (number("FAULT_SHORT") && size > 1) return real(fd, buffer, size / 2, offset); \
    errno = fault;                                                    \
    return -1;                                                        \
  }
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

#define SYNC(name)                                      \
  int name(int fd) {                                    \
    FAIL_IF(is_affected(fd), "fsync");                  \
    REAL(name);                                         \
    return real(fd);                                    \
  }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name, offset_type)                     \
  int name(int fd, offset_type size) {                  \
    FAIL_IF(is_affected(fd), "ftruncate");              \
    REAL(name);                                         \
    return real(fd, size);                              \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)
