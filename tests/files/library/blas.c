// a matrix product on arrays whose region has ended
#include <croft.h>

void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *);

void work(int n, double *c)
{
    double one = 1, zero = 0;
    croft_region r = croft_push();
    double *a = CROFT_ARRAY(r, double, 64);
    croft_pop(r);
    dgemm_("N", "N", &n, &n, &n, &one, a, &n, a, &n, &zero, c, &n); // error: R0403 "dgemm_"
}
