// a callee clears the field and does not put the pointer back
#include <croft.h>
struct holder
{
    int *value;
};
__attribute__((noinline)) static void lend(struct holder *holder)
{
    int *value = holder->value;
    holder->value = NULL;
    (void)value;
}
int work(void)
{
    struct holder holder;
    {
        CROFT_REGION(r);
        holder.value = CROFT_NEW(r, int);
        *holder.value = 1;
        lend(&holder);
    }
    return holder.value != NULL;
}
