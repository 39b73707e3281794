// Greedy decoding's search for the best token, exact, with a quarter to a half of the head's bytes.
//
// Decoding is bound by the bytes that it reads, and a small model's head is a fifth of them. A copy of
// the head in 8 bits, one scale a row, bounds every score: by Cauchy-Schwarz a row's true product with
// x is off by at most |w - scale * codes| |x|. The rows whose upper bound reaches the best lower bound
// (a few, of tens of thousands) are then computed in full, by the kernel that would have computed all.
#include "stored.h"
#include <stdlib.h>

struct pb_screen {
    pb_element element;
    long n, k;
    const void *weights;
    float *scale, *slack;   // a row's; its bound is slack * |x|
    int8_t *codes;          // [n, k]
};

// MARK: - Making

// Codes of one row; false where a weight is not a finite number.
PB_INLINE bool encode(pb_element element, long k, const char *row, int8_t *codes, float *scale, float *slack) {
    float largest = 0;
    double norm = 0, coded = 0, error = 0;
    for (long p = 0; p < k; p++) {
        float size = fabsf(pb_element_at(element, row, p));
        if (!isfinite(size)) return false;
        largest = size > largest ? size : largest;
    }
    *scale = largest / 127;
    float inverse = largest > 1e-30f ? 127 / largest : 0;
    for (long p = 0; p < k; p++) {
        float w = pb_element_at(element, row, p);
        codes[p] = (int8_t)rintf(w * inverse);
        double c = (double)*scale * codes[p], e = w - c;
        norm += (double)w * w;
        coded += c * c;
        error += e * e;
    }
    // Twice what either product can lose to rounding in any order of its sum.
    double rounding = 2 * (double)(k + 2) * 0x1p-24;
    *slack = (float)((sqrt(error) + rounding * (sqrt(norm) + sqrt(coded))) * (1 + 0x1p-20));
    return true;
}

PB_KERNEL static void encode_part(long begin, long end, int worker, void *context) {
    pb_screen *s = context;
    size_t row_bytes = pb_bytes_of(s->element, s->k);
    for (long i = begin; i < end; i++) {
        const char *row = (const char *)s->weights + (size_t)i * row_bytes;
        int8_t *codes = s->codes + i * s->k;
        bool finite = false;
        switch (s->element) {
        case PB_FLOAT32: finite = encode(PB_FLOAT32, s->k, row, codes, s->scale + i, s->slack + i); break;
        case PB_BFLOAT16: finite = encode(PB_BFLOAT16, s->k, row, codes, s->scale + i, s->slack + i); break;
        case PB_FLOAT16: finite = encode(PB_FLOAT16, s->k, row, codes, s->scale + i, s->slack + i); break;
        default: break;   // blocks are no larger than the codes
        }
        if (finite) continue;
        // Computed in full each time.
        memset(codes, 0, (size_t)s->k);
        s->scale[i] = 0;
        s->slack[i] = INFINITY;
    }
}

pb_screen *pb_screen_make(pb_element element, long n, long k, const void *weights) {
    pb_screen *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    *s = (pb_screen){element, n, k, weights, pb_allocate((size_t)n), pb_allocate((size_t)n), NULL};
    s->codes = (int8_t *)pb_allocate(((size_t)(n * k) + 3) / 4);
    if (s->scale && s->slack && s->codes) {
        pb_parallel(n, 65536 / k + 1, encode_part, s);
        return s;
    }
    pb_screen_free(s);
    return NULL;
}

void pb_screen_free(pb_screen *s) {
    if (!s) return;
    pb_free(s->scale), pb_free(s->slack), pb_free(s->codes), free(s);
}

// MARK: - Searching

typedef struct {
    const pb_screen *screen;
    const float *x;
    float *scores;
} search;

PB_KERNEL static void score_part(long begin, long end, int worker, void *context) {
    const search *j = context;
    long k = j->screen->k;
    for (long i = begin; i < end; i++) {
        const int8_t *codes = j->screen->codes + i * k;
        pb_prefetch_ahead(codes, (size_t)k);
        float sum = 0;
        for (long p = 0; p < k; p++) sum += (float)codes[p] * j->x[p];
        j->scores[i] = j->screen->scale[i] * sum;
    }
}

// The rows that may be best, into `found`; returns how many there are, or `most` where they are more or
// cannot be told.
PB_KERNEL static long candidates(const search *j, long most, int32_t *found) {
    const pb_screen *s = j->screen;
    double squares = 0;
    for (long p = 0; p < s->k; p++) squares += (double)j->x[p] * j->x[p];
    float length = (float)(sqrt(squares) * (1 + 0x1p-20)), least = -INFINITY;
    const float tiny = 0x1p-100f;   // more than numbers near zero lose
    for (long i = 0; i < s->n; i++) {
        float lower = j->scores[i] - (s->slack[i] * length + tiny);
        least = lower > least ? lower : least;
    }
    if (!isfinite(least)) return most;
    long count = 0;
    for (long i = 0; i < s->n && count < most; i++) {
        // What is not a number stays.
        if (!(j->scores[i] + (s->slack[i] * length + tiny) < least)) found[count++] = (int32_t)i;
    }
    return count;
}

static int32_t best_of_all(const pb_screen *s, const float *x, float *scores) {
    pb_projection all = {s->weights, s->n, scores};
    pb_linear(s->element, false, 1, s->k, x, 1, &all);
    int32_t best;
    pb_argmax(1, s->n, scores, &best);
    return best;
}

static int32_t best_of(const pb_screen *s, const float *x, long count, const int32_t *found, float *scores,
                       pb_projection *rows) {
    size_t row_bytes = pb_bytes_of(s->element, s->k);
    for (long i = 0; i < count; i++) {
        rows[i] = (pb_projection){(const char *)s->weights + (size_t)found[i] * row_bytes, 1, scores + i};
    }
    pb_linear(s->element, false, 1, s->k, x, count, rows);
    int32_t best;
    pb_argmax(1, count, scores, &best);
    return found[best];
}

int32_t pb_screen_best(const pb_screen *s, const float *x) {
    long most = s->n / 32 + 2;
    float *scores = pb_allocate((size_t)s->n);
    int32_t *found = malloc((size_t)most * sizeof *found);
    pb_projection *rows = malloc((size_t)most * sizeof *rows);
    if (!scores || !found || !rows) __builtin_trap();
    search job = {s, x, scores};
    int workers = pb_threads();
    pb_parallel_by(workers, s->n, pb_even_grain(workers, s->n, 65536 / s->k + 1), score_part, &job);
    long count = candidates(&job, most, found);
    int32_t best = count < most ? best_of(s, x, count, found, scores, rows) : best_of_all(s, x, scores);
    free(rows), free(found), pb_free(scores);
    return best;
}
