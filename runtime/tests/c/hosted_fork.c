/* What a child's exit leaves alone, valid as C11 and as C++17: its parent's shared memory, its parent's exit hook. Exit status
 * 0, or the number of the line that failed. */
#define _DEFAULT_SOURCE
#include <croft_hosted.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(condition)     \
    do {                     \
        if (!(condition))    \
            return __LINE__; \
    } while (0)

static int exists(const char *name)
{
    int file = shm_open(name, O_RDWR, 0);
    if (file < 0)
        return 0;
    close(file);
    return 1;
}

static int hook_pipe[2];
static char hook_letter;

/* In a child of its own the letter is another. */
static void hook(void *argument)
{
    (void)argument;
    if (write(hook_pipe[1], &hook_letter, 1) != 1)
        _exit(99);
}

static int wait_for(pid_t child)
{
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* A cache over shared memory with one cached and one live buffer. */
static int fill(croft_resource *shared, croft_cache **cache, char *cached, char *live)
{
    croft_cache_options options;
    memset(&options, 0, sizeof options);
    options.upstream = shared;
    CHECK(croft_cache_create(&options, cache) == CROFT_OK);
    void *one, *two;
    CHECK(croft_cache_alloc(*cache, 4096, 0, &one) == CROFT_OK);
    CHECK(croft_cache_alloc(*cache, 8192, 0, &two) == CROFT_OK);
    CHECK(croft_resource_shared_name(shared, one, cached, 64) == CROFT_OK);
    CHECK(croft_resource_shared_name(shared, two, live, 64) == CROFT_OK);
    memset(two, 42, 8192);
    CHECK(croft_cache_free(*cache, one) == CROFT_OK);
    CHECK(croft_cache_release_at_exit(*cache, hook, NULL) == CROFT_OK);
    return 0;
}

/* In a child: what it makes itself goes at its exit, with its own hook, what its parent made stays. */
static void child(void)
{
    char cached[64], live[64];
    croft_cache *cache;
    hook_letter = 'c';
    croft_resource *shared = croft_resource_shared("croft-fork-child");
    if (shared == NULL || fill(shared, &cache, cached, live) != 0)
        _exit(1);
    exit(exists(cached) && exists(live) ? 0 : 2);
}

int main(void)
{
    CHECK(pipe(hook_pipe) == 0);
    hook_letter = 'p';
    char cached[64], live[64], letters[8];
    croft_cache *cache;
    croft_resource *shared = croft_resource_shared("croft-fork");
    CHECK(shared != NULL);
    int line = fill(shared, &cache, cached, live);
    if (line != 0)
        return line;

    /* A child that exits at once. */
    pid_t at_once = fork();
    CHECK(at_once >= 0);
    if (at_once == 0)
        exit(0);
    CHECK(wait_for(at_once) == 0);
    CHECK(exists(cached) && exists(live));
    /* One that drops the resource and what is cached. */
    pid_t drops = fork();
    CHECK(drops >= 0);
    if (drops == 0) {
        croft_cache_trim_to(cache, 0);
        croft_resource_release(shared);
        exit(0);
    }
    CHECK(wait_for(drops) == 0);
    CHECK(exists(cached) && exists(live));
    /* One with a cache of its own. */
    pid_t own = fork();
    CHECK(own >= 0);
    if (own == 0)
        child();
    CHECK(wait_for(own) == 0);
    CHECK(exists(cached) && exists(live));
    /* Only the last one's own hook has been called. */
    CHECK(read(hook_pipe[0], letters, sizeof letters) == 1 && letters[0] == 'c');

    CHECK(croft_cache_trim_to(cache, 0) == 4096);
    CHECK(!exists(cached) && exists(live));
    /* The live one goes with the resource, which the process ends without: by hand here. */
    CHECK(shm_unlink(live) == 0);
    return 0;
}
