/* No allocation: one object, again and again. What loop and touch cost. */
static unsigned long long only_object[2048];

#define FREES 0
#define WITHOUT_CALLS 1
#define ARENA(a)
#define DONE(a)
#define OPEN(a, r)
#define OPEN_LOOP(a, r, bytes)
#define CLOSE(a, r)
#define ALLOC(r, size) ((void)(size), only_object)
