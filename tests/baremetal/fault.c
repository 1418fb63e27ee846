// The processor refuses an instruction: the start code says so and ends the emulation, instead of running on.
#include <stdio.h>

int main(void)
{
    printf("before\n");
    __builtin_trap();
}
