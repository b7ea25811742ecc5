/* Records what a process does to the files below one folder, or has it fail: loaded by LD_PRELOAD, see recorder.py.

   RECORDER_ROOT   the folder, without a symbolic link in its path
   RECORDER_LOG    the record: every change with its bytes, in the order in which all processes made them
   RECORDER_FAULT  a file of four 64-bit numbers, shared by all processes: how many changes there were, which one fails
                   (0: none), whether all after it fail too, and with which errno

   A change is in the record once it has happened; what is sent through a socket is there before it is sent. So at each
   place of the record, all that stands before it had happened to the disk when anything after it was told to anyone.
   What SQLite maps into memory (-shm) is not recorded: it is worth nothing after a loss of power. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CREATE = 1, WRITE, TRUNCATE, SYNC, RENAME, LINK, UNLINK, MKDIR, RMDIR, SENT, CONNECT };
enum { MOST_SENT = 1 << 18 };

struct record {
    uint32_t size, kind;
    uint64_t inode, offset;
    uint32_t path_size, other_size;
};

struct fault {
    int64_t changes, failing, is_lasting, number;
};

static char root[PATH_MAX];
static size_t root_size;
static int log_file = -1;
static volatile struct fault *fault;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static void open_log(void) {
    const char *path = getenv("RECORDER_LOG");
    if (path) log_file = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_file >= 0) { /* out of the way of a program that closes the numbers it does not know */
        int high = fcntl(log_file, F_DUPFD_CLOEXEC, 900);
        if (high >= 0) { syscall(SYS_close, log_file); log_file = high; }
    }
}

static void before_fork(void) { pthread_mutex_lock(&turn); }
static void after_fork(void) { pthread_mutex_unlock(&turn); }
static void in_child(void) { open_log(); pthread_mutex_unlock(&turn); } /* a lock of its own: flock belongs to the opening */

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("RECORDER_ROOT"), *control = getenv("RECORDER_FAULT");
    if (path) { strncpy(root, path, sizeof root - 1); root_size = strlen(root); }
    open_log();
    if (control) {
        int file = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDWR | O_CLOEXEC, 0);
        if (file >= 0) {
            void *place = mmap(NULL, sizeof *fault, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            if (place != MAP_FAILED) fault = place;
            syscall(SYS_close, file);
        }
    }
    pthread_atfork(before_fork, after_fork, in_child);
}

static void take_turn(void) {
    pthread_mutex_lock(&turn);
    if (log_file >= 0) syscall(SYS_flock, log_file, LOCK_EX);
}

static void end_turn(void) {
    int number = errno;
    if (log_file >= 0) syscall(SYS_flock, log_file, LOCK_UN);
    pthread_mutex_unlock(&turn);
    errno = number;
}

/* Tell whether the change that is about to be made has to fail, with errno set. */
static int fails(void) {
    if (!fault) return 0;
    int64_t now = __atomic_add_fetch(&fault->changes, 1, __ATOMIC_SEQ_CST), failing = fault->failing;
    if (!failing || now < failing || (now > failing && !fault->is_lasting)) return 0;
    errno = (int)fault->number;
    return 1;
}

static int is_below(const char *path) {
    return root_size && !strncmp(path, root, root_size) && (path[root_size] == '/' || !path[root_size]);
}

static int path_of(int descriptor, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t size = readlink(link, path, PATH_MAX - 1);
    path[size < 0 ? 0 : size] = 0;
    return size > 0 && is_below(path);
}

static int full_path(int folder, const char *name, char *path) {
    char base[PATH_MAX];
    path[0] = 0;
    if (!name) return 0;
    if (name[0] == '/') { strncpy(path, name, PATH_MAX - 1); path[PATH_MAX - 1] = 0; }
    else {
        if (folder == AT_FDCWD) { if (!getcwd(base, sizeof base)) return 0; }
        else { path_of(folder, base); if (!base[0]) return 0; }
        if ((size_t)snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) return 0;
    }
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] == '/') path[--size] = 0;
    return is_below(path);
}

static uint64_t inode_of(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) ? 0 : status.st_ino;
}

static uint64_t inode_at(const char *path) {
    struct stat status;
    return lstat(path, &status) ? 0 : status.st_ino;
}

static void note(uint32_t kind, uint64_t inode, uint64_t offset, const char *path, const char *other,
                 const struct iovec *pieces, int count, size_t bytes) {
    if (log_file < 0) return;
    int number = errno;
    struct record head = {.kind = kind, .inode = inode, .offset = offset};
    head.path_size = path ? strlen(path) : 0;
    head.other_size = other ? strlen(other) : 0;
    head.size = sizeof head + head.path_size + head.other_size + bytes;
    struct iovec all[67] = {{&head, sizeof head}, {(void *)path, head.path_size}, {(void *)other, head.other_size}};
    int used = 3;
    for (int place = 0; place < count && bytes && used < 67; place++) {
        size_t part = pieces[place].iov_len < bytes ? pieces[place].iov_len : bytes;
        all[used++] = (struct iovec){pieces[place].iov_base, part};
        bytes -= part;
    }
    syscall(SYS_writev, log_file, all, used);
    errno = number;
}

static void note_path(uint32_t kind, const char *path, const char *other, uint64_t inode) {
    note(kind, inode, 0, path, other, NULL, 0, 0);
}

/* ---- opening ---- */

static int opened(int folder, const char *name, int flags, mode_t mode) {
    char path[PATH_MAX];
    int access = flags & O_ACCMODE;
    if (!(flags & (O_CREAT | O_TRUNC)) || access == O_RDONLY || !full_path(folder, name, path) || strstr(path, "-shm"))
        return (int)syscall(SYS_openat, folder, name, flags, mode);
    take_turn();
    struct stat status;
    int was_there = !lstat(path, &status);
    int changes = !was_there || (flags & O_TRUNC && status.st_size);
    int descriptor = changes && fails() ? -1 : (int)syscall(SYS_openat, folder, name, flags, mode);
    if (descriptor >= 0 && !was_there) note_path(CREATE, path, NULL, inode_of(descriptor));
    else if (descriptor >= 0 && flags & O_TRUNC && status.st_size) note_path(TRUNCATE, path, NULL, inode_of(descriptor));
    end_turn();
    return descriptor;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *name, int flags, ...) { MODE(flags) return opened(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE(flags) return opened(AT_FDCWD, name, flags | O_LARGEFILE, mode); }
int openat(int folder, const char *name, int flags, ...) { MODE(flags) return opened(folder, name, flags, mode); }
int openat64(int folder, const char *name, int flags, ...) {
    MODE(flags) return opened(folder, name, flags | O_LARGEFILE, mode);
}
int creat(const char *name, mode_t mode) { return opened(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *name, mode_t mode) { return creat(name, mode); }

/* ---- bytes ---- */

static int is_socket(int descriptor) {
    struct stat status;
    return !fstat(descriptor, &status) && S_ISSOCK(status.st_mode);
}

static int is_file(int descriptor, char *path) {
    struct stat status;
    if (!root_size || fstat(descriptor, &status) || !S_ISREG(status.st_mode)) return 0;
    return path_of(descriptor, path) && !strstr(path, "-shm");
}

static void note_sent(const struct iovec *pieces, int count) {
    size_t bytes = 0;
    for (int place = 0; place < count; place++) bytes += pieces[place].iov_len;
    if (bytes > MOST_SENT) bytes = MOST_SENT;
    if (count > 64 || !bytes || log_file < 0) return;
    const unsigned char *first = pieces[0].iov_base;
    if (pieces[0].iov_len && first[0] >= 0x14 && first[0] <= 0x17) return; /* TLS: nobody can read it */
    take_turn();
    note(SENT, 0, 0, NULL, NULL, pieces, count, bytes);
    end_turn();
}

/* Write for `write_it`, at an offset or (-1) where the file stands, and note what was taken. */
static ssize_t written(int descriptor, const struct iovec *pieces, int count, off_t offset) {
    char path[PATH_MAX];
    int is_here = is_file(descriptor, path);
    if (!is_here) {
        if (is_socket(descriptor)) note_sent(pieces, count);
        if (offset >= 0) return syscall(SYS_pwritev, descriptor, pieces, count, offset, 0);
        if (count == 1) return syscall(SYS_write, descriptor, pieces[0].iov_base, pieces[0].iov_len);
        return syscall(SYS_writev, descriptor, pieces, count);
    }
    take_turn();
    ssize_t bytes = -1;
    if (!fails()) {
        bytes = offset >= 0 ? syscall(SYS_pwritev, descriptor, pieces, count, offset, 0)
                            : syscall(SYS_writev, descriptor, pieces, count);
        off_t at = offset >= 0 ? offset : lseek(descriptor, 0, SEEK_CUR) - bytes;
        if (bytes > 0) note(WRITE, inode_of(descriptor), at, path, NULL, pieces, count, bytes);
    }
    end_turn();
    return bytes;
}

ssize_t write(int descriptor, const void *bytes, size_t size) {
    struct iovec piece = {(void *)bytes, size};
    return written(descriptor, &piece, 1, -1);
}
ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) {
    struct iovec piece = {(void *)bytes, size};
    return written(descriptor, &piece, 1, offset);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off_t offset) {
    return pwrite(descriptor, bytes, size, offset);
}
ssize_t writev(int descriptor, const struct iovec *pieces, int count) { return written(descriptor, pieces, count, -1); }
ssize_t pwritev(int descriptor, const struct iovec *pieces, int count, off_t offset) {
    return written(descriptor, pieces, count, offset);
}
ssize_t pwritev64(int descriptor, const struct iovec *pieces, int count, off_t offset) {
    return written(descriptor, pieces, count, offset);
}
ssize_t send(int descriptor, const void *bytes, size_t size, int flags) {
    struct iovec piece = {(void *)bytes, size};
    note_sent(&piece, 1);
    return syscall(SYS_sendto, descriptor, bytes, size, flags, NULL, 0);
}
ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags) {
    note_sent(message->msg_iov, (int)message->msg_iovlen);
    return syscall(SYS_sendmsg, descriptor, message, flags);
}

int connect(int descriptor, const struct sockaddr *address, socklen_t size) {
    if (log_file >= 0 && address->sa_family == AF_INET) {
        take_turn();
        note(CONNECT, 0, ntohs(((const struct sockaddr_in *)address)->sin_port), NULL, NULL, NULL, 0, 0);
        end_turn();
    }
    return (int)syscall(SYS_connect, descriptor, address, size);
}

/* Copies within the kernel are refused where they would be recorded: whoever asks then copies by reading and writing. */
ssize_t sendfile(int to, int from, off_t *offset, size_t size) {
    char path[PATH_MAX];
    if (is_file(to, path)) { errno = ENOTSOCK; return -1; }
    return syscall(SYS_sendfile, to, from, offset, size);
}
ssize_t sendfile64(int to, int from, off_t *offset, size_t size) { return sendfile(to, from, offset, size); }
ssize_t copy_file_range(int from, off_t *from_offset, int to, off_t *to_offset, size_t size, unsigned flags) {
    char path[PATH_MAX];
    if (is_file(to, path)) { errno = EXDEV; return -1; }
    return syscall(SYS_copy_file_range, from, from_offset, to, to_offset, size, flags);
}

static int sized(int descriptor, const char *name, off_t size) {
    char path[PATH_MAX];
    int is_here = name ? full_path(AT_FDCWD, name, path) : is_file(descriptor, path);
    if (!is_here)
        return (int)(name ? syscall(SYS_truncate, name, size) : syscall(SYS_ftruncate, descriptor, size));
    take_turn();
    int answer = -1;
    if (!fails()) {
        answer = (int)(name ? syscall(SYS_truncate, name, size) : syscall(SYS_ftruncate, descriptor, size));
        if (!answer) note(TRUNCATE, name ? inode_at(path) : inode_of(descriptor), size, path, NULL, NULL, 0, 0);
    }
    end_turn();
    return answer;
}
int ftruncate(int descriptor, off_t size) { return sized(descriptor, NULL, size); }
int ftruncate64(int descriptor, off_t size) { return sized(descriptor, NULL, size); }
int truncate(const char *name, off_t size) { return sized(-1, name, size); }
int truncate64(const char *name, off_t size) { return sized(-1, name, size); }
int posix_fallocate(int descriptor, off_t offset, off_t size) {
    struct stat status;
    if (fstat(descriptor, &status)) return errno;
    return status.st_size >= offset + size || !sized(descriptor, NULL, offset + size) ? 0 : errno;
}
int posix_fallocate64(int descriptor, off_t offset, off_t size) { return posix_fallocate(descriptor, offset, size); }

static int synced(int descriptor, long call) {
    char path[PATH_MAX];
    if (!path_of(descriptor, path) || strstr(path, "-shm")) return (int)syscall(call, descriptor);
    take_turn();
    int answer = fails() ? -1 : (int)syscall(call, descriptor);
    if (!answer) note(SYNC, inode_of(descriptor), 0, path, NULL, NULL, 0, 0);
    end_turn();
    return answer;
}
int fsync(int descriptor) { return synced(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synced(descriptor, SYS_fdatasync); }

/* ---- names ---- */

static int renamed(int folder, const char *name, int other_folder, const char *other_name, unsigned flags) {
    char path[PATH_MAX], other[PATH_MAX];
    int is_here = full_path(folder, name, path) | full_path(other_folder, other_name, other);
    if (!is_here) return (int)syscall(SYS_renameat2, folder, name, other_folder, other_name, flags);
    take_turn();
    int answer = fails() ? -1 : (int)syscall(SYS_renameat2, folder, name, other_folder, other_name, flags);
    if (!answer) note_path(RENAME, path, other, inode_at(other));
    end_turn();
    return answer;
}
int rename(const char *name, const char *other) { return renamed(AT_FDCWD, name, AT_FDCWD, other, 0); }
int renameat(int folder, const char *name, int other_folder, const char *other) {
    return renamed(folder, name, other_folder, other, 0);
}
int renameat2(int folder, const char *name, int other_folder, const char *other, unsigned flags) {
    return renamed(folder, name, other_folder, other, flags);
}

int linkat(int folder, const char *name, int other_folder, const char *other_name, int flags) {
    char path[PATH_MAX], other[PATH_MAX];
    full_path(folder, name, path);
    if (!full_path(other_folder, other_name, other))
        return (int)syscall(SYS_linkat, folder, name, other_folder, other_name, flags);
    take_turn();
    int answer = fails() ? -1 : (int)syscall(SYS_linkat, folder, name, other_folder, other_name, flags);
    if (!answer) note_path(LINK, path, other, inode_at(other));
    end_turn();
    return answer;
}
int link(const char *name, const char *other) { return linkat(AT_FDCWD, name, AT_FDCWD, other, 0); }

int unlinkat(int folder, const char *name, int flags) {
    char path[PATH_MAX];
    if (!full_path(folder, name, path) || strstr(path, "-shm")) return (int)syscall(SYS_unlinkat, folder, name, flags);
    take_turn();
    uint64_t inode = inode_at(path);
    int answer = (int)syscall(SYS_unlinkat, folder, name, flags); /* a full disk can always be emptied */
    if (!answer) note_path(flags & AT_REMOVEDIR ? RMDIR : UNLINK, path, NULL, inode);
    end_turn();
    return answer;
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }
int remove(const char *name) {
    struct stat status;
    return unlinkat(AT_FDCWD, name, !lstat(name, &status) && S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0);
}

int mkdirat(int folder, const char *name, mode_t mode) {
    char path[PATH_MAX];
    if (!full_path(folder, name, path)) return (int)syscall(SYS_mkdirat, folder, name, mode);
    take_turn();
    struct stat status;
    int answer = lstat(path, &status) && fails() ? -1 : (int)syscall(SYS_mkdirat, folder, name, mode);
    if (!answer) note_path(MKDIR, path, NULL, inode_at(path));
    end_turn();
    return answer;
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }
