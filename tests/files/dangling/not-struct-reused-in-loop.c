// a structure outside of the loop is filled anew in every iteration before anyone follows it
#include <croft.h>

struct view {
    int *data;
    int length;
};

__attribute__((noinline)) static int sum(const struct view *view)
{
    int total = 0;
    for (int i = 0; i < view->length; i++)
        total += view->data[i];
    return total;
}

int work(int n)
{
    int total = 0;
    struct view view;
    for (int i = 0; i < n; i++) {
        CROFT_REGION(r);
        view.data = CROFT_ARRAY(r, int, 1);
        view.length = 1;
        view.data[0] = i;
        total += sum(&view);
    }
    return total;
}
