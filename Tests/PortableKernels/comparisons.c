#include "comparisons.h"
#include "../../Sources/CKernels/include/ckernels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PORTABLE(name) extern __typeof__(pb_##name) portable_##name
PORTABLE(rms_norm);
PORTABLE(rms_norm_backward);
PORTABLE(add);
PORTABLE(swiglu);
PORTABLE(swiglu_backward);
PORTABLE(rope);
PORTABLE(sum_of_squares);
PORTABLE(argmax);
PORTABLE(cross_entropy);
PORTABLE(cross_entropy_backward);
PORTABLE(adamw);
PORTABLE(linear);
PORTABLE(has_packed_products);
bool portable_has_packed_products(void) { return false; }
PORTABLE(attention);
PORTABLE(attention_backward);

// MARK: - Numbers

// The same for every call: freed by none, since a test's process is short.
static float *numbers(long count, unsigned seed) {
    float *x = malloc((size_t)count * sizeof(float));
    unsigned long state = seed * 2654435761u + 12345;
    for (long i = 0; i < count; i++) {
        state = state * 6364136223846793005ul + 1442695040888963407ul;
        x[i] = (float)((double)(state >> 33) / 4294967296.0 * 4 - 1);
    }
    return x;
}

static float *zeros(long count) { return calloc((size_t)count, sizeof(float)); }

static uint16_t *bfloat16_of(long count, const float *x) {
    uint16_t *y = malloc((size_t)count * sizeof(uint16_t));
    for (long i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        y[i] = (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    }
    return y;
}

static double difference_of(long count, const float *a, const float *b) {
    double most = 0, largest = 1e-30;
    for (long i = 0; i < count; i++) {
        double d = fabs((double)a[i] - b[i]);
        // Not a number, too, is a difference.
        if (!(d <= most)) most = isnan(d) ? INFINITY : d;
        if (fabsf(b[i]) > largest) largest = fabsf(b[i]);
    }
    return most / largest;
}

static double worse(double a, double b) { return a > b ? a : b; }

// MARK: - Element by element, row by row

enum { rows = 37, wide = 201 };

static double norms(void) {
    float *x = numbers(rows * wide, 1), *w = numbers(wide, 2), *up = numbers(rows * wide, 3);
    float *a = zeros(rows * wide), *b = zeros(rows * wide), *ra = zeros(rows), *rb = zeros(rows);
    pb_rms_norm(rows, wide, 1e-5f, x, w, a, ra);
    portable_rms_norm(rows, wide, 1e-5f, x, w, b, rb);
    double most = worse(difference_of(rows * wide, a, b), difference_of(rows, ra, rb));
    for (int adding = 0; adding < 2; adding++) {
        float *wa = zeros(wide), *wb = zeros(wide);
        pb_rms_norm_backward(rows, wide, x, w, ra, up, a, adding, wa);
        portable_rms_norm_backward(rows, wide, x, w, rb, up, b, adding, wb);
        most = worse(most, worse(difference_of(rows * wide, a, b), difference_of(wide, wa, wb)));
    }
    return most;
}

static double gates(void) {
    long n = rows * wide;
    float *g = numbers(n, 1), *u = numbers(n, 2), *up = numbers(n, 3), *a = zeros(n), *b = zeros(n);
    float *a2 = zeros(n), *b2 = zeros(n);
    pb_swiglu(n, g, u, a);
    portable_swiglu(n, g, u, b);
    double most = difference_of(n, a, b);
    for (int adding = 0; adding < 2; adding++) {
        pb_swiglu_backward(n, g, u, up, a, a2, adding);
        portable_swiglu_backward(n, g, u, up, b, b2, adding);
        most = worse(most, worse(difference_of(n, a, b), difference_of(n, a2, b2)));
    }
    pb_add(n, g, 0.3f, u, a);
    portable_add(n, g, 0.3f, u, b);
    most = worse(most, difference_of(n, a, b));
    float sa = (float)pb_sum_of_squares(n, g), sb = (float)portable_sum_of_squares(n, g);
    return worse(most, difference_of(1, &sa, &sb));
}

static double rotations(void) {
    long heads = 3, half = 19, n = rows * heads * 2 * half;
    float *c = numbers(rows * half, 1), *s = numbers(rows * half, 2), *x = numbers(n, 3);
    float *a = zeros(n), *b = zeros(n);
    pb_rope(rows, heads, half, c, s, -1, x, a, false);
    portable_rope(rows, heads, half, c, s, -1, x, b, false);
    pb_rope(rows, heads, half, c, s, 1, x, a, true);
    portable_rope(rows, heads, half, c, s, 1, x, b, true);
    return difference_of(n, a, b);
}

static double losses(void) {
    long n = rows * wide;
    float *logits = numbers(n, 1), *weights = numbers(rows, 2), *a = zeros(n), *b = zeros(n);
    float *la = zeros(rows), *lb = zeros(rows), *ea = zeros(rows), *eb = zeros(rows);
    int32_t targets[rows], besta[rows], bestb[rows];
    for (int i = 0; i < rows; i++) targets[i] = i * 5 % wide;
    pb_argmax(rows, wide, logits, besta);
    portable_argmax(rows, wide, logits, bestb);
    if (memcmp(besta, bestb, sizeof besta)) return INFINITY;
    pb_cross_entropy(rows, wide, logits, targets, la, ea);
    portable_cross_entropy(rows, wide, logits, targets, lb, eb);
    double most = worse(difference_of(rows, la, lb), difference_of(rows, ea, eb));
    for (int adding = 0; adding < 2; adding++) {
        pb_cross_entropy_backward(rows, wide, logits, targets, weights, ea, a, adding);
        portable_cross_entropy_backward(rows, wide, logits, targets, weights, eb, b, adding);
        most = worse(most, difference_of(n, a, b));
    }
    return most;
}

static double updates(void) {
    long n = 1003;
    float *g = numbers(n, 1), *a = numbers(n, 2), *b = numbers(n, 2);
    float *ma = zeros(n), *mb = zeros(n), *va = zeros(n), *vb = zeros(n);
    for (int i = 0; i < 3; i++) {
        pb_adamw(n, a, g, ma, va, 0.01f, 0.9f, 0.95f, 1e-8f, 0.1f, 0.1f, 0.05f);
        portable_adamw(n, b, g, mb, vb, 0.01f, 0.9f, 0.95f, 1e-8f, 0.1f, 0.1f, 0.05f);
    }
    return worse(difference_of(n, a, b), difference_of(n, va, vb));
}

// MARK: - Projections

// Several projections of few and of many rows, of widths that fill no block.
static double projections(pb_element element) {
    static const long sizes[][2] = {{1, 64}, {3, 77}, {8, 130}, {9, 64}, {61, 77}, {530, 45}};
    double most = 0;
    for (int i = 0; i < 6; i++) {
        long m = sizes[i][0], k = sizes[i][1], n[2] = {45, 33};
        float *x = numbers(m * k, 1);
        pb_projection a[2], b[2];
        for (int p = 0; p < 2; p++) {
            float *w = numbers(n[p] * k, 2 + (unsigned)p);
            const void *stored = w;
            if (element == PB_BFLOAT16) stored = bfloat16_of(n[p] * k, w);
            if (element == PB_FLOAT16) {
                _Float16 *half = malloc((size_t)(n[p] * k) * sizeof(_Float16));
                for (long j = 0; j < n[p] * k; j++) half[j] = (_Float16)w[j];
                stored = half;
            }
            a[p] = (pb_projection){stored, n[p], zeros(m * n[p])};
            b[p] = (pb_projection){stored, n[p], zeros(m * n[p])};
        }
        pb_linear(element, true, m, k, x, 2, a);
        portable_linear(element, true, m, k, x, 2, b);
        for (int p = 0; p < 2; p++) most = worse(most, difference_of(m * n[p], a[p].y, b[p].y));
    }
    return most;
}

static double projections_float32(void) { return projections(PB_FLOAT32); }
static double projections_bfloat16(void) { return projections(PB_BFLOAT16); }
static double projections_float16(void) { return projections(PB_FLOAT16); }

// Products of bfloat16 pairs against sums in double of the same rounded numbers.
static double pair_products(void) {
    if (!pb_has_bfloat16_products()) return 0;
    static const long sizes[][3] = {{1, 1, 1}, {14, 32, 2}, {15, 33, 31}, {29, 70, 515}, {520, 40, 1030}};
    double most = 0;
    for (int i = 0; i < 5; i++) {
        long m = sizes[i][0], n = sizes[i][1], k = sizes[i][2];
        float *x = numbers(m * k, 1), *y = zeros(m * n), *expected = zeros(m * n);
        uint16_t *w = bfloat16_of(n * k, numbers(n * k, 2)), *rounded = bfloat16_of(m * k, x);
        for (long r = 0; r < m; r++) {
            for (long c = 0; c < n; c++) {
                double sum = 0;
                for (long p = 0; p < k; p++) {
                    uint32_t a = (uint32_t)rounded[r * k + p] << 16, b = (uint32_t)w[c * k + p] << 16;
                    float fa, fb;
                    memcpy(&fa, &a, 4), memcpy(&fb, &b, 4);
                    sum += (double)fa * fb;
                }
                expected[r * n + c] = (float)sum;
            }
        }
        pb_projection projection = {w, n, y};
        pb_linear_packed(PB_BFLOAT16, true, m, k, x, 1, &projection);
        most = worse(most, difference_of(m * n, y, expected));
    }
    return most;
}

// MARK: - Attention

// Rows in tiles, row by row, and compiled for the baseline; a row that sees nothing, gaps, all sizes
// of heads that have paths of their own.
static double attention(void) {
    static const long dims[] = {16, 24, 32, 64, 128};
    enum { count = 21 };
    double most = 0;
    for (int i = 0; i < 5; i++) {
        pb_attention_shape shape = {
            .heads = 4, .kv_heads = 2, .head_dim = dims[i], .key_stride = 2 * dims[i], .head_stride = dims[i],
            .scale = 0.2f};
        long q_count = count * 4 * dims[i], k_count = count * 2 * dims[i];
        float *q = numbers(q_count, 1), *k = numbers(k_count, 2), *v = numbers(k_count, 3);
        float *tiled = zeros(q_count), *single = zeros(q_count), *portable = zeros(q_count);
        float *lse = zeros(count * 4), *lse_single = zeros(count * 4), *lse_portable = zeros(count * 4);
        int32_t starts[count + 1], lo[2 * count], hi[2 * count], at = 0;
        for (int r = 0; r < count; r++) {
            starts[r] = at;
            if (r == 5) continue;
            if (r > 8) lo[at] = 0, hi[at++] = 3;
            lo[at] = r > 8 ? 6 : 0, hi[at++] = r + 1;
        }
        starts[count] = at;
        pb_attention_plan *plan = pb_attention_plan_make(count, starts, lo, hi);
        pb_attention(plan, shape, q, k, v, tiled, lse);
        portable_attention(plan, shape, q, k, v, portable, lse_portable);
        for (int r = 0; r < count; r++) {
            int32_t own[2] = {0, starts[r + 1] - starts[r]};
            pb_attention_plan *row = pb_attention_plan_make(1, own, lo + starts[r], hi + starts[r]);
            pb_attention(row, shape, q + r * 4 * dims[i], k, v, single + r * 4 * dims[i], lse_single + r * 4);
            pb_attention_plan_free(row);
        }
        // Of row 5, which sees nothing: minus infinity.
        for (int r = 0; r < 4; r++) lse[20 + r] = lse_single[20 + r] = lse_portable[20 + r] = 0;
        most = worse(most, worse(difference_of(q_count, single, tiled), difference_of(count * 4, lse_single, lse)));
        most = worse(most, worse(difference_of(q_count, portable, tiled), difference_of(count * 4, lse_portable, lse)));
        float *up = numbers(q_count, 4), *dq[2], *dk[2], *dv[2];
        for (int b = 0; b < 2; b++) {
            dq[b] = zeros(q_count), dk[b] = zeros(k_count), dv[b] = zeros(k_count);
            (b ? portable_attention_backward : pb_attention_backward)(
                plan, shape, q, k, v, tiled, lse, up, dq[b], dk[b], dv[b]);
        }
        most = worse(most, difference_of(q_count, dq[0], dq[1]));
        most = worse(most, worse(difference_of(k_count, dk[0], dk[1]), difference_of(k_count, dv[0], dv[1])));
        pb_attention_plan_free(plan);
    }
    return most;
}

// Two rows alone, as in decoding, one of many keys with a gap and one of few, each head's keys one
// behind the other, against plain sums.
static double long_rows(void) {
    static const int32_t starts[] = {0, 2, 3}, lo[] = {3, 700, 1500}, hi[] = {650, 1450, 1507};
    enum { rows = 2, keys = 1600 };
    double most = 0;
    for (long d = 24; d <= 64; d += 40) {
        pb_attention_shape shape = {
            .heads = 6, .kv_heads = 2, .head_dim = d, .key_stride = d, .head_stride = keys * d, .scale = 0.3f};
        float *q = numbers(rows * 6 * d, 1), *k = numbers(keys * 2 * d, 2), *v = numbers(keys * 2 * d, 3);
        float *out = zeros(rows * 6 * d), *expected = zeros(rows * 6 * d);
        float lse[rows * 6], expected_lse[rows * 6];
        pb_attention_plan *plan = pb_attention_plan_make(rows, starts, lo, hi);
        pb_attention(plan, shape, q, k, v, out, lse);
        pb_attention_plan_free(plan);
        for (long i = 0; i < rows * 6; i++) {
            long kv = i % 6 / 3;
            double divisor = 0, mean[64] = {0};
            for (int u = starts[i / 6]; u < starts[i / 6 + 1]; u++) {
                for (long key = lo[u]; key < hi[u]; key++) {
                    double score = 0;
                    for (long p = 0; p < d; p++) score += (double)q[i * d + p] * k[(kv * keys + key) * d + p];
                    double weight = exp(0.3f * score);
                    divisor += weight;
                    for (long p = 0; p < d; p++) mean[p] += weight * v[(kv * keys + key) * d + p];
                }
            }
            expected_lse[i] = (float)log(divisor);
            for (long p = 0; p < d; p++) expected[i * d + p] = (float)(mean[p] / divisor);
        }
        most = worse(most, difference_of(rows * 6 * d, out, expected));
        most = worse(most, difference_of(rows * 6, lse, expected_lse));
    }
    return most;
}

static const comparison all[] = {
    {"RMSNorm", norms, 2e-6},
    {"SwiGLU and sums", gates, 2e-6},
    {"RoPE", rotations, 1e-6},
    {"argmax and cross-entropy", losses, 3e-6},
    {"AdamW", updates, 2e-6},
    {"projections, float32", projections_float32, 3e-6},
    // Rows are rounded to bfloat16 on one side only.
    {"projections, bfloat16", projections_bfloat16, 8e-3},
    {"projections, float16", projections_float16, 3e-6},
    {"products of bfloat16 pairs", pair_products, 2e-6},
    {"attention", attention, 5e-6},
    {"attention of long rows", long_rows, 5e-6},
};

long comparison_count(void) { return sizeof all / sizeof all[0]; }
comparison comparison_at(long index) { return all[index]; }
