/*
 * A disk that fails while the file EIO_FLAG is there: reads, writes and syncs of files below EIO_FOLDER end with EIO.
 * cc -shared -fPIC -O1 -o eio.so eio.c -ldl; LD_PRELOAD=eio.so
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int fails(int file)
{
    const char *flag = getenv("EIO_FLAG"), *folder = getenv("EIO_FOLDER");
    int before = errno;
    if (flag == NULL || folder == NULL || access(flag, F_OK) != 0) {
        errno = before;
        return 0;
    }

    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = before;
    size_t wanted = strlen(folder);
    if (length < (ssize_t)wanted || strncmp(path, folder, wanted) != 0) {
        return 0;
    }

    errno = EIO;
    return 1;
}

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

#define FAILING(result, name, parameters, arguments, types)   \
    result name parameters                                    \
    {                                                         \
        static result(*real) types;                           \
        if (real == NULL) real = REAL(#name, result(*) types); \
        return fails(file) ? -1 : real arguments;             \
    }

FAILING(ssize_t, pwrite, (int file, const void *from, size_t count, off_t at), (file, from, count, at), (int, const void *, size_t, off_t))
FAILING(ssize_t, pwrite64, (int file, const void *from, size_t count, off64_t at), (file, from, count, at), (int, const void *, size_t, off64_t))
FAILING(ssize_t, pwritev, (int file, const struct iovec *from, int count, off_t at), (file, from, count, at), (int, const struct iovec *, int, off_t))
FAILING(ssize_t, pwritev64, (int file, const struct iovec *from, int count, off64_t at), (file, from, count, at), (int, const struct iovec *, int, off64_t))
FAILING(ssize_t, pread, (int file, void *to, size_t count, off_t at), (file, to, count, at), (int, void *, size_t, off_t))
FAILING(ssize_t, pread64, (int file, void *to, size_t count, off64_t at), (file, to, count, at), (int, void *, size_t, off64_t))
FAILING(int, fsync, (int file), (file), (int))
FAILING(int, fdatasync, (int file), (file), (int))
