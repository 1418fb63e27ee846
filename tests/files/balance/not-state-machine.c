// A state machine that opens a region in one state, allocates in the next, and ends the region in the third.
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
            item = CROFT_NEW(r, struct item);
            item->n = input[sum];
            state = END;
            break;
        case END:
            sum += item->n;
            croft_pop(r);
            state = sum < n ? START : DONE;
            break;
        default:
            return sum;
        }
    }
    return sum;
}
