// Bodies that attract each other, with a quadtree for each step (Barnes and Hut).
#include "memory.h"

#include <math.h>

enum { BODIES = 2000 };

struct cell {
    struct cell *quarters[4];
    double x, y, mass;      /* centre of mass */
    double left, low, size; /* the square */
    int is_leaf;
};

static double x[BODIES], y[BODIES], vx[BODIES], vy[BODIES];

static struct cell *leaf(MEMORY r, double left, double low, double size, double px, double py)
{
    struct cell *cell = NEW(r, struct cell);
    for (int i = 0; i < 4; i++)
        cell->quarters[i] = NULL;
    cell->x = px;
    cell->y = py;
    cell->mass = 1;
    cell->left = left;
    cell->low = low;
    cell->size = size;
    cell->is_leaf = 1;
    return cell;
}

static void insert(MEMORY r, struct cell *cell, double px, double py, double mass);

static void insert_below(MEMORY r, struct cell *cell, double px, double py, double mass)
{
    double half = cell->size / 2;
    int right = px >= cell->left + half, high = py >= cell->low + half;
    struct cell *quarter = cell->quarters[2 * high + right];
    if (quarter) {
        insert(r, quarter, px, py, mass);
    } else {
        struct cell *fresh = leaf(r, cell->left + right * half, cell->low + high * half, half, px, py);
        fresh->mass = mass;
        cell->quarters[2 * high + right] = fresh;
    }
}

static void insert(MEMORY r, struct cell *cell, double px, double py, double mass)
{
    if (cell->is_leaf && cell->size > 1e-6) {
        cell->is_leaf = 0;
        insert_below(r, cell, cell->x, cell->y, cell->mass);
    }
    if (!cell->is_leaf)
        insert_below(r, cell, px, py, mass);
    cell->x = (cell->x * cell->mass + px * mass) / (cell->mass + mass);
    cell->y = (cell->y * cell->mass + py * mass) / (cell->mass + mass);
    cell->mass += mass;
}

static void attract(const struct cell *cell, double px, double py, double *ax, double *ay)
{
    double dx = cell->x - px, dy = cell->y - py, square = dx * dx + dy * dy + 1e-4;
    if (cell->is_leaf || cell->size * cell->size < 0.5 * square) {
        double force = cell->mass / (square * sqrt(square));
        *ax += dx * force;
        *ay += dy * force;
        return;
    }
    for (int i = 0; i < 4; i++)
        if (cell->quarters[i])
            attract(cell->quarters[i], px, py, ax, ay);
}

BY_HAND(static void drop(struct cell *cell)
{
    for (int i = 0; i < 4; i++)
        if (cell->quarters[i])
            drop(cell->quarters[i]);
    RELEASE(cell);
})

int main(int argc, char **argv)
{
    unsigned steps = work(argc, argv, 80);
    for (int i = 0; i < BODIES; i++) {
        x[i] = draw(1000000) / 1e6;
        y[i] = draw(1000000) / 1e6;
    }
    for (unsigned step = 0; step < steps; step++) {
        OPEN(r, 4 * MIB);
        struct cell *root = leaf(r, -1, -1, 4, x[0], y[0]);
        for (int i = 1; i < BODIES; i++)
            insert(r, root, x[i], y[i], 1);
        for (int i = 0; i < BODIES; i++) {
            double ax = 0, ay = 0;
            attract(root, x[i], y[i], &ax, &ay);
            vx[i] += ax * 1e-8;
            vy[i] += ay * 1e-8;
        }
        for (int i = 0; i < BODIES; i++) {
            x[i] += vx[i];
            y[i] += vy[i];
        }
        BY_HAND(drop(root);)
        CLOSE(r);
    }
    double sum = 0;
    for (int i = 0; i < BODIES; i++)
        sum += x[i] * y[i];
    printf("%.9f\n", sum);
    return finish();
}
