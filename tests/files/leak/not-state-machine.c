// A state machine stays in the state that allocates, in a region that is opened and ended there.
#include <croft.h>
struct item { int n; };
enum state { FILL, DONE };
int work(const int *input, int n)
{
    enum state state = FILL;
    int sum = 0;
    while (state != DONE) {
        croft_region r = croft_push();
        struct item *item = CROFT_NEW(r, struct item);
        item->n = input[sum++];
        state = item->n > 3 && sum < n ? FILL : DONE;
        croft_pop(r);
    }
    return sum;
}
