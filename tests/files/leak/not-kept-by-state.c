// headers are kept in a region with a budget
#include <croft.h>
enum state { HEAD, BODY };

void read(int count)
{
    croft_region keep = croft_push_bounded(1 << 20);
    enum state state = HEAD;
    while (count-- > 0) {
        croft_region r;
        switch (state) {
        case HEAD: r = keep; break;
        default: r = croft_push(); break;
        }
        char *text = CROFT_ARRAY(r, char, 64);
        text[0] = 1;
        switch (state) {
        case HEAD: state = BODY; break;
        default: croft_pop(r); state = HEAD; break;
        }
    }
    croft_pop(keep);
}
