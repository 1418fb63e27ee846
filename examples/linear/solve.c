/*
 * Dense linear algebra in Fortran: region arrays are plain contiguous memory, so LAPACK and BLAS work on them as on any other.
 *
 * Each system A X = B gets a region with everything it needs: the matrix, a copy that dgesv_ overwrites with the factors, the
 * right-hand sides, the pivots. Matrices are in Fortran's order, column by column. Larger matrices than these lie in several
 * adjacent blocks, contiguous all the same.
 *
 *     croft run examples/linear/solve.c -l lapack -l blas
 */
#include <croft.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    LARGEST = 40, /* unknowns */
    SIDES = 4     /* right-hand sides of each system */
};

/* Fortran's integer. */
typedef int fint;

/* Solves A X = B: `a` becomes the factors, `b` the solution. info > 0: U(info, info) is zero, A is singular. */
void dgesv_(const fint *n, const fint *nrhs, double *a, const fint *lda, fint *ipiv, double *b, const fint *ldb,
            fint *info);

/* C = alpha op(A) op(B) + beta C. Fortran passes the lengths of its CHARACTER arguments behind the others. */
void dgemm_(const char *transa, const char *transb, const fint *m, const fint *n, const fint *k, const double *alpha,
            const double *a, const fint *lda, const double *b, const fint *ldb, const double *beta, double *c,
            const fint *ldc, size_t transa_length, size_t transb_length);

/* The next of a sequence of numbers in [-1, 1), the same on every machine. */
static double next_number(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / (1 << 23) - 1.0;
}

static void fill(double *values, size_t count, uint32_t *state)
{
    for (size_t i = 0; i < count; i++)
        values[i] = next_number(state);
}

static double largest_magnitude(const double *values, size_t count)
{
    double largest = 0.0;
    for (size_t i = 0; i < count; i++) {
        double magnitude = values[i] < 0.0 ? -values[i] : values[i];
        if (magnitude > largest)
            largest = magnitude;
    }
    return largest;
}

/* Makes the last row of a matrix of order n a copy of its first. */
static void repeat_first_row(double *matrix, size_t n)
{
    for (size_t column = 0; column < n; column++)
        matrix[column * n + n - 1] = matrix[column * n];
}

/* Solves one system of n unknowns, made from `seed`, and prints how it went. */
static void solve(fint n, uint32_t seed, int singular)
{
    const fint sides = SIDES;
    const size_t entries = (size_t)n * (size_t)n;
    const size_t results = (size_t)n * SIDES;

    CROFT_REGION(r);
    double *matrix = CROFT_ARRAY(r, double, entries);
    double *factors = CROFT_ARRAY(r, double, entries);
    double *right = CROFT_ARRAY(r, double, results);
    double *solution = CROFT_ARRAY(r, double, results);
    fint *pivots = CROFT_ARRAY(r, fint, (size_t)n);

    fill(matrix, entries, &seed);
    fill(right, results, &seed);
    if (singular)
        repeat_first_row(matrix, (size_t)n);
    memcpy(factors, matrix, entries * sizeof *matrix);
    memcpy(solution, right, results * sizeof *right);

    fint info = 0;
    dgesv_(&n, &sides, factors, &n, pivots, solution, &n, &info);
    if (info != 0) {
        printf("n = %2d: singular\n", (int)n);
        return;
    }
    /* The residual, B - A X, takes the place of B. */
    const double minus_one = -1.0, one = 1.0;
    dgemm_("N", "N", &n, &sides, &n, &minus_one, matrix, &n, solution, &n, &one, right, &n, 1, 1);
    printf("n = %2d: residual < 1e-10: %s\n", (int)n, largest_magnitude(right, results) < 1e-10 ? "yes" : "no");
}

int main(void)
{
    printf("%d right-hand sides each\n", SIDES);
    for (fint n = 5; n <= LARGEST; n += 5)
        solve(n, (uint32_t)n, 0);
    solve(2, 1, 1);
    return 0;
}
