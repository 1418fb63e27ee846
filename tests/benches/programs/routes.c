// Shortest paths in a graph of adjacency lists (Dijkstra), with a region for each query inside that of the graph.
#include "memory.h"

enum { VERTICES = 20000, EDGES = 80000 };

struct edge {
    struct edge *next;
    unsigned to, length;
};

/* What waits in the queue: a skew heap. */
struct waiting {
    struct waiting *left, *right;
    unsigned vertex, distance;
};

static struct waiting *meld(struct waiting *a, struct waiting *b)
{
    if (!a)
        return b;
    if (!b)
        return a;
    if (b->distance < a->distance) {
        struct waiting *right = meld(b->right, a);
        b->right = b->left;
        b->left = right;
        return b;
    }
    struct waiting *right = meld(a->right, b);
    a->right = a->left;
    a->left = right;
    return a;
}

static struct waiting *wait_for(MEMORY r, struct waiting *queue, unsigned vertex, unsigned distance)
{
    struct waiting *waiting = NEW(r, struct waiting);
    waiting->left = waiting->right = NULL;
    waiting->vertex = vertex;
    waiting->distance = distance;
    return meld(queue, waiting);
}

static unsigned long query(struct edge *const *edges, unsigned from)
{
    OPEN(r, 16 * MIB);
    unsigned *distances = ARRAY(r, unsigned, VERTICES);
    for (unsigned i = 0; i < VERTICES; i++)
        distances[i] = ~0u;
    struct waiting *queue = wait_for(r, NULL, from, 0);
    unsigned long sum = 0;
    while (queue) {
        unsigned vertex = queue->vertex, distance = queue->distance;
        struct waiting *rest = meld(queue->left, queue->right);
        BY_HAND(RELEASE(queue);)
        queue = rest;
        if (distances[vertex] != ~0u)
            continue;
        distances[vertex] = distance;
        sum += distance;
        for (const struct edge *edge = edges[vertex]; edge; edge = edge->next)
            if (distances[edge->to] == ~0u)
                queue = wait_for(r, queue, edge->to, distance + edge->length);
    }
    BY_HAND(RELEASE(distances);)
    CLOSE(r);
    return sum;
}

int main(int argc, char **argv)
{
    unsigned queries = work(argc, argv, 12);
    OPEN(r, 16 * MIB);
    struct edge **edges = ARRAY(r, struct edge *, VERTICES);
    for (unsigned i = 0; i < VERTICES; i++)
        edges[i] = NULL;
    for (unsigned i = 0; i < EDGES; i++) {
        unsigned from = i < VERTICES ? i : draw(VERTICES);
        struct edge *edge = NEW(r, struct edge);
        edge->to = draw(VERTICES);
        edge->length = 1 + draw(100);
        edge->next = edges[from];
        edges[from] = edge;
    }
    unsigned long sum = 0;
    for (unsigned i = 0; i < queries; i++)
        sum = sum * 7 + query(edges, draw(VERTICES));
    printf("%lu\n", sum);
    BY_HAND(for (unsigned i = 0; i < VERTICES; i++)
        for (struct edge *edge = edges[i], *next; edge; edge = next) {
            next = edge->next;
            RELEASE(edge);
        }
    RELEASE(edges);)
    CLOSE(r);
    return finish();
}
