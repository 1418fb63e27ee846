// Dense matrices of doubles, in a region for each product.
#include <croft.h>

#include <stdio.h>

static double *product(croft_region r, const double *a, const double *b, size_t n)
{
    double *c = CROFT_ARRAY(r, double, n * n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++)
                sum += a[i * n + k] * b[k * n + j];
            c[i * n + j] = sum;
        }
    return c;
}

int main(void)
{
    for (size_t n = 1; n <= 40; n += 3) {
        CROFT_REGION(r);
        double *a = CROFT_ARRAY(r, double, n * n);
        for (size_t i = 0; i < n * n; i++)
            a[i] = (double)(i % 7) - 3;
        double *square = product(r, a, a, n);
        double *cube = product(r, square, a, n);
        double trace = 0;
        for (size_t i = 0; i < n; i++)
            trace += cube[i * n + i];
        printf("%zu %.0f\n", n, trace);
    }
}
