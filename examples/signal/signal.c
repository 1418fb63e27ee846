/*
 * Signal processing with scratch memory per frame: window, Fourier transform, peaks.
 *
 * Two lifetimes: the tables live in a region around the loop, everything computed from one frame in a region inside it. Each
 * of the 1,000 frames starts with the memory that the one before it gave back.
 *
 *     croft run examples/signal/signal.c -l m
 */
#include <croft.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>

enum {
    FRAMES = 1000,
    SAMPLES = 256, /* of a frame; a power of two */
    BINS = SAMPLES / 2 + 1,
    TONES = 2 /* in the signal */
};

#define PI 3.14159265358979323846

/* ---------------------------------------------------------------------------------------------- signal */

/* What a frame is made of, in bins: the first tone sweeps upwards, the second downwards. */
static double tone_of_frame(int frame, int tone)
{
    double progress = (double)frame / FRAMES;
    return tone == 0 ? 10.0 + 40.0 * progress : 115.0 - 45.0 * progress;
}

/* The next of a sequence of numbers in [-1, 1), the same on every machine. */
static double next_noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / (1 << 23) - 1.0;
}

/* The second tone has half the amplitude of the first, the noise a fiftieth. */
static void record(int frame, uint32_t *noise, double *samples)
{
    double first = 2.0 * PI * tone_of_frame(frame, 0) / SAMPLES;
    double second = 2.0 * PI * tone_of_frame(frame, 1) / SAMPLES;
    for (int i = 0; i < SAMPLES; i++)
        samples[i] = sin(first * i) + 0.5 * sin(second * i) + 0.02 * next_noise(noise);
}

/* ------------------------------------------------------------------------------------------- transform */

struct tables {
    double *window; /* SAMPLES of a Hann window */
    double *cosine; /* the SAMPLES / 2 twiddle factors */
    double *sine;
};

static void fill_tables(const struct tables *tables)
{
    for (int i = 0; i < SAMPLES; i++)
        tables->window[i] = 0.5 - 0.5 * cos(2.0 * PI * i / SAMPLES);
    for (int i = 0; i < SAMPLES / 2; i++) {
        tables->cosine[i] = cos(2.0 * PI * i / SAMPLES);
        tables->sine[i] = -sin(2.0 * PI * i / SAMPLES);
    }
}

static void swap(double *a, double *b)
{
    double old = *a;
    *a = *b;
    *b = old;
}

/* Reorders so that the value at i comes to the index whose bits are those of i in reverse. */
static void reverse_bits(double *re, double *im)
{
    unsigned reversed = 0;
    for (unsigned i = 1; i < SAMPLES; i++) {
        unsigned bit = SAMPLES / 2;
        for (; reversed & bit; bit /= 2)
            reversed -= bit;
        reversed += bit;
        if (i < reversed) {
            swap(&re[i], &re[reversed]);
            swap(&im[i], &im[reversed]);
        }
    }
}

/* The discrete Fourier transform of SAMPLES complex numbers, in place (Cooley and Tukey, radix 2, decimation in time). */
static void transform(const struct tables *tables, double *re, double *im)
{
    reverse_bits(re, im);
    for (int half = 1; half < SAMPLES; half *= 2) {
        int stride = SAMPLES / 2 / half;
        for (int start = 0; start < SAMPLES; start += 2 * half) {
            for (int k = 0; k < half; k++) {
                int even = start + k;
                int odd = even + half;
                double c = tables->cosine[k * stride];
                double s = tables->sine[k * stride];
                double odd_re = re[odd] * c - im[odd] * s;
                double odd_im = re[odd] * s + im[odd] * c;
                re[odd] = re[even] - odd_re;
                im[odd] = im[even] - odd_im;
                re[even] += odd_re;
                im[even] += odd_im;
            }
        }
    }
}

static double energy(const double *values, int count)
{
    double sum = 0.0;
    for (int i = 0; i < count; i++)
        sum += values[i] * values[i];
    return sum;
}

/* ----------------------------------------------------------------------------------------------- peaks */

struct peak {
    double bin;
    double magnitude;
};

/* The magnitudes of the lower half of a spectrum, in region r. */
static double *magnitudes(croft_region r, const double *re, const double *im)
{
    double *magnitude = CROFT_ARRAY(r, double, BINS);
    for (int i = 0; i < BINS; i++)
        magnitude[i] = sqrt(re[i] * re[i] + im[i] * im[i]);
    return magnitude;
}

/*
 * Writes the local maxima above a twentieth of the largest magnitude to `peaks`, which has room for BINS / 2, and returns their
 * number. The bin comes from the neighbour's share: what a tone between two bins of a Hann window leaves in each.
 */
static int find_peaks(const double *magnitude, struct peak *peaks)
{
    double largest = 0.0;
    for (int i = 0; i < BINS; i++)
        largest = magnitude[i] > largest ? magnitude[i] : largest;

    int count = 0;
    for (int i = 1; i < BINS - 1; i++) {
        double left = magnitude[i - 1];
        double here = magnitude[i];
        double right = magnitude[i + 1];
        if (here < largest / 20.0 || here <= left || here < right)
            continue;
        double share = right > left ? right / here : left / here;
        double offset = (2.0 * share - 1.0) / (1.0 + share);
        peaks[count].bin = right > left ? i + offset : i - offset;
        peaks[count].magnitude = here;
        count++;
    }
    return count;
}

/* ---------------------------------------------------------------------------------------------- frames */

struct report {
    int right;          /* frames with exactly one peak per tone */
    int balanced;       /* frames whose spectrum has the energy of the samples */
    double total_error; /* distance of the peaks from the tones, in bins, over all right frames */
    double worst_error; /* the largest such distance */
};

static void process(const struct tables *tables, int frame, uint32_t *noise, struct report *report)
{
    CROFT_REGION(scratch);
    double *re = CROFT_ARRAY(scratch, double, SAMPLES);
    double *im = CROFT_ARRAY(scratch, double, SAMPLES);
    record(frame, noise, re);
    for (int i = 0; i < SAMPLES; i++) {
        re[i] *= tables->window[i];
        im[i] = 0.0;
    }

    double before = energy(re, SAMPLES);
    transform(tables, re, im);
    double after = (energy(re, SAMPLES) + energy(im, SAMPLES)) / SAMPLES;
    report->balanced += fabs(after - before) < 1e-9 * before;

    const double *magnitude = magnitudes(scratch, re, im);
    struct peak *peaks = CROFT_ARRAY(scratch, struct peak, BINS / 2);
    int count = find_peaks(magnitude, peaks);
    if (count != TONES)
        return;
    report->right++;
    for (int i = 0; i < TONES; i++) {
        double error = fabs(peaks[i].bin - tone_of_frame(frame, i));
        report->total_error += error;
        report->worst_error = error > report->worst_error ? error : report->worst_error;
    }
}

int main(void)
{
    CROFT_REGION(whole_run);
    struct tables tables;
    tables.window = CROFT_ARRAY(whole_run, double, SAMPLES);
    tables.cosine = CROFT_ARRAY(whole_run, double, SAMPLES / 2);
    tables.sine = CROFT_ARRAY(whole_run, double, SAMPLES / 2);
    fill_tables(&tables);

    uint32_t noise = 1;
    struct report report = {0, 0, 0.0, 0.0};
    for (int frame = 0; frame < FRAMES; frame++)
        process(&tables, frame, &noise, &report);

    printf("frames: %d of %d samples\n", FRAMES, SAMPLES);
    printf("energy kept by the transform: %d\n", report.balanced);
    printf("both tones found: %d\n", report.right);
    printf("mean error: %.5f bins\n", report.total_error / (TONES * report.right));
    printf("worst error: %.4f bins\n", report.worst_error);
    return 0;
}
