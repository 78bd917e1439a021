/* Stands before the C library (LD_PRELOAD): fails chosen writes and syncs below one folder, or writes down all of them.
 *
 * A process is told what to do by calling shim_watch, shim_arm and shim_log through ctypes, so that one warm process can
 * fork a child for each fault. Nothing is done outside the watched folder, nor to the wal-index (-shm), which is no truth.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { EIO_ONCE = 1, NOSPACE_ONCE, SHORT_THEN_FULL, TORN_KILL, KILL_BEFORE, KILL_AFTER, NOSPACE_EVER };
enum { ON_WRITE = 1, ON_SYNC = 2 };
#define MOST 4096

static char watched[4096];
static char *paths[MOST];
static int log_fd = -1;
static int armed_on, armed_mode, cut_next;
static long armed_nth, writes, syncs, fired;

static int below(const char *path) {
    size_t n = strlen(watched);
    size_t m = path ? strlen(path) : 0;
    if (n == 1) return m > 1 && strncmp(path, "/proc/", 6) && strncmp(path, "/dev/", 5) && strncmp(path, "/sys/", 5);
    if (!n || m < n || strncmp(path, watched, n)) return 0;
    if (m >= 4 && !strcmp(path + m - 4, "-shm")) return 0;
    return path[n] == '/' || path[n] == 0;
}
static const char *of(int fd) { return fd >= 0 && fd < MOST ? paths[fd] : NULL; }

/* kind, file's number, offset, size of what follows; then path or data. */
static void note(char kind, uint64_t ino, uint64_t offset, const void *data, uint64_t size) {
    struct rlimit most;
    if (log_fd < 0 || (!getrlimit(RLIMIT_FSIZE, &most) && !most.rlim_cur)) return; /* a process that may write no file */
    uint64_t head[4] = {(uint64_t)kind, ino, offset, size};
    /* one call, so that processes that share a log do not mix */
    struct iovec both[2] = {{head, sizeof head}, {(void *)data, size}};
    if (syscall(SYS_writev, log_fd, both, size ? 2 : 1) != (ssize_t)(sizeof head + size)) _exit(99);
}
static uint64_t number(int fd) {
    struct stat st;
    return fstat(fd, &st) ? 0 : st.st_ino;
}

void shim_watch(const char *folder) { snprintf(watched, sizeof watched, "%s", folder); }
int shim_log(const char *file) {
    log_fd = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return log_fd;
}
/* Children of a watched program are watched too. */
__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("STATION_APP_SHIM_WATCH"), *file = getenv("STATION_APP_SHIM_LOG");
    if (folder && file) { shim_watch(folder); shim_log(file); }
}
void shim_mark(long n) { note('A', 0, (uint64_t)n, NULL, 0); }
void shim_arm(int on, int mode, long nth) { armed_on = on; armed_mode = mode; armed_nth = nth; writes = syncs = fired = 0; cut_next = 0; }
long shim_fired(void) { return fired; }
long shim_count(int on) { return on == ON_WRITE ? writes : syncs; }

static void torn(int fd, const void *data, size_t size, off_t offset) {
    size_t half = size > 1 ? size / 2 + 3 : size; /* not at the border of a page or a sector */
    if (half > size) half = size;
    if (offset >= 0) syscall(SYS_pwrite64, fd, data, half, offset);
    else syscall(SYS_write, fd, data, half);
}
/* 0: go on; 1: answer *result with errno set. */
static int stand_in(int fd, const void *data, size_t size, off_t offset, ssize_t *result) {
    if (!of(fd)) return 0;
    long n = ++writes;
    if (cut_next) { cut_next = 0; errno = ENOSPC; *result = -1; return 1; }
    if (armed_on != ON_WRITE || (armed_mode == NOSPACE_EVER ? n < armed_nth : n != armed_nth)) return 0;
    fired++;
    switch (armed_mode) {
    case EIO_ONCE: errno = EIO; *result = -1; return 1;
    case NOSPACE_ONCE: case NOSPACE_EVER: errno = ENOSPC; *result = -1; return 1;
    case SHORT_THEN_FULL:
        if (size < 2) { errno = ENOSPC; *result = -1; return 1; }
        torn(fd, data, size, offset);
        cut_next = 1;
        *result = (ssize_t)(size / 2 + 3 > size ? size : size / 2 + 3);
        return 1;
    case TORN_KILL: torn(fd, data, size, offset); kill(getpid(), SIGKILL); pause(); return 0;
    case KILL_BEFORE: kill(getpid(), SIGKILL); pause(); return 0;
    }
    return 0;
}


static int opened(int fd, const char *path, int made) {
    if (fd < 0 || fd >= MOST) return fd;
    char whole[4096];
    if (path && path[0] != '/') { /* relative names: what the system says of the handle */
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, whole, sizeof whole - 1);
        if (n < 0) return fd;
        whole[n] = 0;
        path = whole;
    }
    free(paths[fd]);
    paths[fd] = NULL;
    if (!below(path)) return fd;
    paths[fd] = strdup(path);
    note(made ? 'C' : 'O', number(fd), 0, path, strlen(path));
    return fd;
}
static int any_open(int dir, const char *path, int flags, mode_t mode) {
    struct stat st;
    int made = (flags & O_CREAT) && fstatat(dir, path, &st, 0) != 0;
    int fd = (int)syscall(SYS_openat, dir, path, flags, mode);
    int kept = errno;
    opened(fd, path, made);
    if (fd >= 0 && !made && (flags & O_TRUNC) && of(fd)) note('T', number(fd), 0, NULL, 0);
    errno = kept;
    return fd;
}
#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list v; va_start(v, flags); mode = va_arg(v, mode_t); va_end(v); }
int open(const char *path, int flags, ...) { MODE return any_open(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return any_open(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int dir, const char *path, int flags, ...) { MODE return any_open(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) { MODE return any_open(dir, path, flags | O_LARGEFILE, mode); }
int close(int fd) {
    if (fd >= 0 && fd < MOST && paths[fd]) { free(paths[fd]); paths[fd] = NULL; }
    return (int)syscall(SYS_close, fd);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    ssize_t answer;
    if (stand_in(fd, data, size, offset, &answer)) return answer;
    answer = syscall(SYS_pwrite64, fd, data, size, offset);
    if (answer > 0 && of(fd)) note('W', number(fd), (uint64_t)offset, data, (uint64_t)answer);
    return answer;
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return pwrite64(fd, data, size, offset); }
ssize_t writev(int fd, const struct iovec *parts, int many) {
    if (!of(fd)) return syscall(SYS_writev, fd, parts, many);
    ssize_t whole = 0;
    for (int n = 0; n < many; n++) {
        ssize_t done = write(fd, parts[n].iov_base, parts[n].iov_len);
        if (done < 0) return whole ? whole : done;
        whole += done;
        if ((size_t)done < parts[n].iov_len) break;
    }
    return whole;
}
ssize_t write(int fd, const void *data, size_t size) {
    ssize_t answer;
    if (stand_in(fd, data, size, -1, &answer)) return answer;
    int watched_file = of(fd) != NULL;
    off_t at = watched_file && log_fd >= 0 ? lseek(fd, 0, SEEK_CUR) : 0;
    answer = syscall(SYS_write, fd, data, size);
    if (answer > 0 && watched_file) note('W', number(fd), (uint64_t)at, data, (uint64_t)answer);
    return answer;
}
ssize_t sendfile(int out, int in, off_t *offset, size_t size) {
    if (!of(out)) return syscall(SYS_sendfile, out, in, offset, size);
    char part[65536];
    if (size > sizeof part) size = sizeof part;
    ssize_t got = offset ? pread(in, part, size, *offset) : read(in, part, size);
    if (got <= 0) return got;
    ssize_t done = write(out, part, got);
    if (done > 0 && offset) *offset += done;
    return done;
}
ssize_t sendfile64(int out, int in, off64_t *offset, size_t size) { return sendfile(out, in, offset, size); }
static int truncated(int fd, off64_t size) {
    int done = (int)syscall(SYS_ftruncate, fd, size);
    if (!done && of(fd)) note('T', number(fd), (uint64_t)size, NULL, 0);
    return done;
}
int ftruncate(int fd, off_t size) { return truncated(fd, size); }
int ftruncate64(int fd, off64_t size) { return truncated(fd, size); }
static int sync_of(int fd, long call) {
    if (!of(fd)) return (int)syscall(call, fd);
    long n = ++syncs;
    int now = armed_on == ON_SYNC && n == armed_nth;
    if (now) {
        fired++;
        if (armed_mode == EIO_ONCE || armed_mode == NOSPACE_ONCE) { errno = armed_mode == EIO_ONCE ? EIO : ENOSPC; return -1; }
        if (armed_mode == KILL_BEFORE) { kill(getpid(), SIGKILL); pause(); }
    }
    /* the log stands in for the disk: a recorded run need not wait for a real one */
    int done = log_fd >= 0 ? 0 : (int)syscall(call, fd);
    struct stat st;
    if (!done && !fstat(fd, &st)) note(S_ISDIR(st.st_mode) ? 'D' : 'S', st.st_ino, 0, of(fd), strlen(of(fd)));
    if (now && armed_mode == KILL_AFTER) { kill(getpid(), SIGKILL); pause(); }
    return done;
}
int fsync(int fd) { return sync_of(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_of(fd, SYS_fdatasync); }
static void renamed(const char *from, const char *to) {
    char both[8200];
    int n = snprintf(both, sizeof both, "%s", from) + 1;
    n += snprintf(both + n, sizeof both - n, "%s", to);
    if (below(from) || below(to)) note('R', 0, 0, both, (uint64_t)n);
}
int rename(const char *from, const char *to) {
    int done = (int)syscall(SYS_rename, from, to);
    if (!done) renamed(from, to);
    return done;
}
int renameat(int a, const char *from, int b, const char *to) {
    int done = (int)syscall(SYS_renameat, a, from, b, to);
    if (!done && a == AT_FDCWD && b == AT_FDCWD) renamed(from, to);
    return done;
}
int unlink(const char *path) {
    int done = (int)syscall(SYS_unlink, path);
    if (!done && below(path)) note('U', 0, 0, path, strlen(path));
    return done;
}
int unlinkat(int dir, const char *path, int flags) {
    int done = (int)syscall(SYS_unlinkat, dir, path, flags);
    if (!done && dir == AT_FDCWD && below(path)) note('U', 0, 0, path, strlen(path));
    return done;
}
static int made_folder(int done, const char *path) {
    if (!done && below(path)) note('M', 0, 0, path, strlen(path));
    return done;
}
int mkdir(const char *path, mode_t mode) { return made_folder((int)syscall(SYS_mkdir, path, mode), path); }
int mkdirat(int dir, const char *path, mode_t mode) {
    int done = (int)syscall(SYS_mkdirat, dir, path, mode);
    return dir == AT_FDCWD ? made_folder(done, path) : done;
}
