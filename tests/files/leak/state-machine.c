// A state machine stays in the state that allocates.
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
            item->n = input[sum++];
            state = item->n > 3 ? FILL : END;
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
