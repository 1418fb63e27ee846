// A state machine goes back to the state that allocates, without opening a region again.
// flags: only-O0 because optimisation merges the states, and the allocation is no longer on a loop of its own
#include <croft.h>
struct item { int n; };
enum state { START, FILL, END, DONE };
int work(const int *input, int n)
{
    enum state state = START;
    croft_region r = NULL;
    struct item *item = NULL;
    int sum = 0;
    while (state != DONE) {
        switch (state) {
        case START:
            r = croft_push();
            state = FILL;
            break;
        case FILL:
            item = CROFT_NEW(r, struct item); // error: R0301
            item->n = input[sum];
            state = END;
            break;
        case END:
            sum += item->n;
            croft_pop(r); // error: R0205
            state = sum < n ? FILL : DONE;
            break;
        default:
            return sum;
        }
    }
    return sum;
}
