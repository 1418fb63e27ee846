// Pictures as quadtrees: random discs, one laid over the other, and their area.
#include "memory.h"

struct quad {
    const struct quad *quarters[4]; /* null in a leaf */
    int is_black;
};

static const struct quad *leaf(MEMORY r, int is_black)
{
    struct quad *quad = NEW(r, struct quad);
    for (int i = 0; i < 4; i++)
        quad->quarters[i] = NULL;
    quad->is_black = is_black;
    return quad;
}

/* The square of this size at (x, y), black where a disc is. */
static const struct quad *disc(MEMORY r, int x, int y, int size, int cx, int cy, int radius)
{
    int nearest_x = cx < x ? x : cx > x + size ? x + size : cx, nearest_y = cy < y ? y : cy > y + size ? y + size : cy;
    int far_x = cx - x > x + size - cx ? x : x + size, far_y = cy - y > y + size - cy ? y : y + size;
    long near = (long)(nearest_x - cx) * (nearest_x - cx) + (long)(nearest_y - cy) * (nearest_y - cy);
    long far = (long)(far_x - cx) * (far_x - cx) + (long)(far_y - cy) * (far_y - cy);
    if (near > (long)radius * radius)
        return leaf(r, 0);
    if (far <= (long)radius * radius || size == 1)
        return leaf(r, 1);
    struct quad *quad = NEW(r, struct quad);
    quad->is_black = 0;
    for (int i = 0; i < 4; i++)
        quad->quarters[i] = disc(r, x + i % 2 * size / 2, y + i / 2 * size / 2, size / 2, cx, cy, radius);
    return quad;
}

static const struct quad *copy(MEMORY r, const struct quad *from)
{
    if (!from->quarters[0])
        return leaf(r, from->is_black);
    struct quad *quad = NEW(r, struct quad);
    quad->is_black = 0;
    for (int i = 0; i < 4; i++)
        quad->quarters[i] = copy(r, from->quarters[i]);
    return quad;
}

static const struct quad *both(MEMORY r, const struct quad *a, const struct quad *b)
{
    if (!a->quarters[0])
        return a->is_black ? leaf(r, 1) : copy(r, b);
    if (!b->quarters[0])
        return b->is_black ? leaf(r, 1) : copy(r, a);
    struct quad *quad = NEW(r, struct quad);
    quad->is_black = 0;
    for (int i = 0; i < 4; i++)
        quad->quarters[i] = both(r, a->quarters[i], b->quarters[i]);
    return quad;
}

static long area(const struct quad *quad, long size)
{
    if (!quad->quarters[0])
        return quad->is_black ? size * size : 0;
    long sum = 0;
    for (int i = 0; i < 4; i++)
        sum += area(quad->quarters[i], size / 2);
    return sum;
}

BY_HAND(static void drop(const struct quad *quad)
{
    if (quad->quarters[0])
        for (int i = 0; i < 4; i++)
            drop(quad->quarters[i]);
    RELEASE((void *)quad);
})

int main(int argc, char **argv)
{
    unsigned rounds = work(argc, argv, 500);
    long sum = 0;
    for (unsigned round = 0; round < rounds; round++) {
        OPEN(r, 32 * MIB);
        const struct quad *one = disc(r, 0, 0, 1024, (int)draw(1024), (int)draw(1024), 100 + (int)draw(300));
        const struct quad *other = disc(r, 0, 0, 1024, (int)draw(1024), (int)draw(1024), 100 + (int)draw(300));
        const struct quad *picture = both(r, one, other);
        sum = sum * 3 % 1000000007 + area(picture, 1024);
        BY_HAND(drop(picture); drop(other); drop(one);)
        CLOSE(r);
    }
    printf("%ld\n", sum);
    return finish();
}
