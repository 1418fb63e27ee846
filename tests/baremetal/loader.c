/* The resident program of loaded.c: it owns the pool, loads the kernel named on the command line, and says what happens on exhaustion. */
#include <croft.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

CROFT_STATIC_POOL(8);

/* What the kernel calls; the library's own default is not involved. */
void croft_exhausted(const croft_exhaustion *what)
{
    printf("the loader is told: reason %d, %zu of %zu blocks\n", what->reason, what->blocks_taken, what->blocks_total);
    fflush(stdout);
    exit(3);
}

int main(int count, char **arguments)
{
    if (count != 2) {
        puts("usage: loader KERNEL");
        return 1;
    }
    void *kernel = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    if (!kernel) {
        puts(dlerror());
        return 1;
    }
    unsigned (*sum)(unsigned) = (unsigned (*)(unsigned))dlsym(kernel, "loaded_sum");
    void (*exhausts)(void) = (void (*)(void))dlsym(kernel, "loaded_exhausts");
    croft_stats stats;
    printf("sum %u\n", sum(100));
    croft_pool_stats(&stats);
    printf("in the loader's pool: %zu uses, at most %zu blocks, %zu now\n", stats.uses, stats.blocks_peak,
           stats.blocks_in_use);
    exhausts();
    return 1;
}
