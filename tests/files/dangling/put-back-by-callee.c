// a callee clears the field for a while and puts the pointer back
// flags: only-O0 because optimised code keeps the value: the finding is R0403 then
#include <croft.h>
struct holder
{
    int *value;
};
__attribute__((noinline)) static void lend(struct holder *holder)
{
    int *value = holder->value;
    holder->value = NULL;
    holder->value = value;
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
    return *holder.value; // error: R0907
}
