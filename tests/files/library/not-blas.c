// a matrix product and a factorisation on arrays of a region, with workspaces
#include <croft.h>

void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *);
void dgetrf_(const int *, const int *, double *, const int *, int *, int *);
void dgetri_(const int *, double *, const int *, const int *, double *, const int *, int *);

void work(int n, double *c)
{
    double one = 1, zero = 0;
    int info, size = 64;
    croft_region r = croft_push();
    double *a = CROFT_ARRAY(r, double, 64);
    int *pivots = CROFT_ARRAY(r, int, 8);
    double *space = CROFT_ARRAY(r, double, 64);
    dgetrf_(&n, &n, a, &n, pivots, &info);
    dgetri_(&n, a, &n, pivots, space, &size, &info);
    dgemm_("N", "N", &n, &n, &n, &one, a, &n, a, &n, &zero, c, &n);
    croft_pop(r);
}
