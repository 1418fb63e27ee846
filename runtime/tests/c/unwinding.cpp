// C++: exceptions end regions on their way. Exit status 0, or the number of the line that failed.
#include <croft.h>

#include <new>

CROFT_STATIC_POOL(4);

static std::size_t open_blocks()
{
    croft_stats stats;
    croft_pool_stats(&stats);
    return stats.blocks_in_use;
}

static void thrower(int depth)
{
    CROFT_REGION(r);
    *CROFT_NEW(r, int) = depth;
    if (depth == 0)
        throw 42;
    CROFT_SCOPE (inner) {
        thrower(depth - 1);
    }
}

struct point {
    double x, y;
};

int main()
{
    static_assert(noexcept(croft_push()), "calls are plain calls, not invokes");
    static_assert(noexcept(croft_alloc(nullptr, 1, 1)), "calls are plain calls, not invokes");
    try {
        thrower(1);
        return __LINE__;
    } catch (int value) {
        if (value != 42)
            return __LINE__;
    }
    if (open_blocks() != 0)
        return __LINE__;
    CROFT_REGION(r);
    point *p = new (CROFT_NEW(r, point)) point{1, 2};
    auto *many = CROFT_ARRAY(r, point, 10);
    many[9] = *p;
    return many[9].y == 2 ? 0 : __LINE__;
}
