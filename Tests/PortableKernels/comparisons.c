#include "comparisons.h"
#include "../../Sources/CKernels/include/ckernels.h"
#include "own_pool.h"
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define PORTABLE(name) extern __typeof__(pb_##name) portable_##name
PORTABLE(rms_norm);
PORTABLE(rms_norm_backward);
PORTABLE(add);
PORTABLE(swiglu);
PORTABLE(swiglu_backward);
PORTABLE(geglu);
PORTABLE(geglu_backward);
PORTABLE(rope);
PORTABLE(sum_of_squares);
PORTABLE(argmax);
PORTABLE(cross_entropy);
PORTABLE(cross_entropy_backward);
PORTABLE(adamw);
PORTABLE(linear);
PORTABLE(has_packed_products);
bool portable_has_packed_products(void) { return false; }
PORTABLE(has_whole_products);
bool portable_has_whole_products(void) { return false; }
PORTABLE(has_bfloat16_tiles);
bool portable_has_bfloat16_tiles(void) { return false; }
extern bool portable_attends_by_tiles(pb_attention_shape shape);
bool portable_attends_by_tiles(pb_attention_shape shape) { return false; }
extern bool portable_attends_by_panels(pb_attention_shape shape);
bool portable_attends_by_panels(pb_attention_shape shape) { return false; }
PORTABLE(screen_make);
PORTABLE(screen_best);
PORTABLE(screen_free);
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
    pb_geglu(n, g, u, a);
    portable_geglu(n, g, u, b);
    most = worse(most, difference_of(n, a, b));
    for (int adding = 0; adding < 2; adding++) {
        pb_geglu_backward(n, g, u, up, a, a2, adding);
        portable_geglu_backward(n, g, u, up, b, b2, adding);
        most = worse(most, worse(difference_of(n, a, b), difference_of(n, a2, b2)));
    }
    pb_add(n, g, 0.3f, u, a);
    portable_add(n, g, 0.3f, u, b);
    most = worse(most, difference_of(n, a, b));
    float sa = (float)pb_sum_of_squares(n, g), sb = (float)portable_sum_of_squares(n, g);
    return worse(most, difference_of(1, &sa, &sb));
}

static double rotations(void) {
    // The last elements of a head are not turned.
    long heads = 3, half = 19, head = 2 * half + 5, n = rows * heads * head;
    float *c = numbers(rows * half, 1), *s = numbers(rows * half, 2), *x = numbers(n, 3);
    float *a = zeros(n), *b = zeros(n);
    pb_rope(rows, heads, head, half, c, s, -1, x, a, false);
    portable_rope(rows, heads, head, half, c, s, -1, x, b, false);
    pb_rope(rows, heads, head, half, c, s, 1, x, a, true);
    portable_rope(rows, heads, head, half, c, s, 1, x, b, true);
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

// Weights in blocks of any bits, with scales that are numbers.
static void *blocks(pb_element element, long count, unsigned seed) {
    static const struct { short numbers, bytes, scales[2]; } formats[] = {
        [PB_Q4_0] = {32, 18, {0, 0}}, [PB_Q4_1] = {32, 20, {0, 2}}, [PB_Q5_0] = {32, 22, {0, 0}},
        [PB_Q5_1] = {32, 24, {0, 2}}, [PB_Q8_0] = {32, 34, {0, 0}}, [PB_Q4_K] = {256, 144, {0, 2}},
        [PB_Q5_K] = {256, 176, {0, 2}}, [PB_Q6_K] = {256, 210, {208, 208}}};
    long blocks = count / formats[element].numbers, bytes = blocks * formats[element].bytes;
    float *x = numbers(bytes, seed);
    uint8_t *out = malloc((size_t)bytes);
    for (long i = 0; i < bytes; i++) out[i] = (uint8_t)(int)(x[i] * 1000);
    for (long b = 0; b < blocks; b++) {
        for (int i = 0; i < 2; i++) {
            _Float16 scale = (_Float16)(x[b + i] * 0.01f);
            memcpy(out + b * formats[element].bytes + formats[element].scales[i], &scale, sizeof scale);
        }
    }
    return out;
}

// Few and many rows of them, against rows that are widened; what is no number stays none.
static double projections_of_blocks(void) {
    static const long sizes[][2] = {{1, 256}, {3, 768}, {8, 512}, {9, 256}, {61, 768}, {530, 512}};
    double most = 0;
    for (pb_element element = PB_Q4_0; element <= PB_Q6_K; element++) {
        for (int i = 0; i < 6; i++) {
            long m = sizes[i][0], k = sizes[i][1], n[2] = {45, 33};
            float *x = numbers(m * k, 1);
            for (long p = 64; p < 96; p++) x[p] = 0;
            pb_projection a[2], b[2];
            for (int p = 0; p < 2; p++) {
                const void *stored = blocks(element, n[p] * k, 2 + (unsigned)p);
                a[p] = (pb_projection){stored, n[p], zeros(m * n[p])};
                b[p] = (pb_projection){stored, n[p], zeros(m * n[p])};
            }
            for (int rounding = 0; rounding < 2; rounding++) {
                pb_linear(element, rounding, m, k, x, 2, a);
                portable_linear(element, true, m, k, x, 2, b);
                for (int p = 0; p < 2; p++) {
                    // Columns are rounded to 16 bits at most, and not at all where that is not allowed.
                    double difference = difference_of(m * n[p], a[p].y, b[p].y);
                    most = worse(most, rounding ? difference / 10 : difference);
                }
            }
            x[70] = i % 2 ? NAN : INFINITY;
            pb_linear(element, true, m, k, x, 2, a);
            for (long c = 0; c < n[0]; c++) {
                if (isfinite(a[0].y[c]) || (m > 1 && !isfinite(a[0].y[n[0] + c]))) return INFINITY;
            }
        }
    }
    return most;
}

static float widened(uint16_t half) {
    uint32_t bits = (uint32_t)half << 16;
    float wide;
    memcpy(&wide, &bits, sizeof wide);
    return wide;
}

// Products of bfloat16 numbers against sums in double of the same rounded numbers.
static double rounded_products(bool tiles) {
    static const long sizes[][3] = {{1, 1, 1}, {14, 32, 2}, {15, 33, 31}, {29, 70, 515}, {520, 40, 1030}};
    double most = 0;
    for (int i = 0; i < 5; i++) {
        long m = sizes[i][0], n = sizes[i][1], k = sizes[i][2];
        float *x = numbers(m * k, 1), *y = zeros(m * n), *expected = zeros(m * n);
        uint16_t *w = bfloat16_of(n * k, numbers(n * k, 2)), *rounded = bfloat16_of(m * k, x);
        for (long r = 0; r < m; r++) {
            for (long c = 0; c < n; c++) {
                double sum = 0;
                for (long p = 0; p < k; p++) sum += (double)widened(rounded[r * k + p]) * widened(w[c * k + p]);
                expected[r * n + c] = (float)sum;
            }
        }
        pb_projection projection = {w, n, y};
        if (tiles) pb_linear_tiles(m, k, x, 1, &projection);
        else pb_linear_packed(PB_BFLOAT16, true, m, k, x, 1, &projection);
        most = worse(most, difference_of(m * n, y, expected));
    }
    return most;
}

static double pair_products(void) { return pb_has_bfloat16_products() ? rounded_products(false) : 0; }
static double tile_products(void) { return pb_has_bfloat16_tiles() ? rounded_products(true) : 0; }

// MARK: - The best row

// As all products tell it, for numbers of every kind: close to each other, equal, none.
static bool finds_best(pb_element element, long n, long k, const void *w, const float *x) {
    float *scores = zeros(n);
    pb_projection all = {w, n, scores};
    int32_t expected, expected_portable;
    pb_linear(element, false, 1, k, x, 1, &all);
    pb_argmax(1, n, scores, &expected);
    portable_linear(element, false, 1, k, x, 1, &all);
    portable_argmax(1, n, scores, &expected_portable);
    pb_screen *screen = pb_screen_make(element, n, k, w), *portable = portable_screen_make(element, n, k, w);
    bool same = pb_screen_best(screen, x) == expected && portable_screen_best(portable, x) == expected_portable;
    pb_screen_free(screen), portable_screen_free(portable);
    return same;
}

static double screens(void) {
    enum { n = 5000, k = 77 };
    float *w = numbers(n * k, 1);
    uint16_t *narrow;
    for (unsigned seed = 0; seed < 20; seed++) {
        float *x = numbers(k, 100 + seed);
        // Long rows that differ by less than 8 bits tell, every fourth vector far from all of them.
        float *close = numbers(60 * k, 200 + seed);
        for (long i = 0; i < 60; i++) {
            for (long p = 0; p < k; p++) w[(i * 71 + seed) * k + p] = 2 * x[p] + 0.01f * close[i * k + p];
        }
        for (long p = 0; p < k && seed % 4 == 0; p++) x[p] *= 1e-12f;
        narrow = bfloat16_of(n * k, w);
        if (!finds_best(PB_FLOAT32, n, k, w, x) || !finds_best(PB_BFLOAT16, n, k, narrow, x)) return INFINITY;
    }
    float *x = numbers(k, 3);
    // The best row three times, and one that is better by the last digit of one number.
    for (int i = 1; i < 4; i++) memcpy(w + (n - i * 1000) * k, x, k * sizeof(float));
    if (!finds_best(PB_FLOAT32, n, k, w, x)) return INFINITY;
    w[(n - 2000) * k + 5] = nextafterf(w[(n - 2000) * k + 5], INFINITY);
    if (!finds_best(PB_FLOAT32, n, k, w, x)) return INFINITY;
    // Rows that are all alike leave too many that may be best.
    for (long i = 0; i < n; i++) memcpy(w + i * k, x, k * sizeof(float));
    w[3000 * k] += 0.001f;
    if (!finds_best(PB_FLOAT32, n, k, w, x)) return INFINITY;
    memset(w, 0, n * k * sizeof(float));
    if (!finds_best(PB_FLOAT32, n, k, w, x)) return INFINITY;
    w[4000 * k] = INFINITY;
    if (!finds_best(PB_FLOAT32, n, k, w, x)) return INFINITY;
    w[2000 * k + 1] = NAN;
    x[2] = NAN;
    return finds_best(PB_FLOAT32, n, k, w, x) ? 0 : INFINITY;
}

// MARK: - Attention

// `count` rows in tiles, row by row, and compiled for the baseline; a row that sees nothing, gaps, all
// sizes of heads that have paths of their own.
static double attention_of(int count) {
    static const long dims[] = {16, 24, 32, 48, 64, 80, 128};
    double most = 0;
    for (int i = 0; i < 7; i++) {
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
        pb_attention(plan, shape, 0, 2, q, k, v, tiled, lse);
        portable_attention(plan, shape, 0, 2, q, k, v, portable, lse_portable);
        for (int r = 0; r < count; r++) {
            int32_t own[2] = {0, starts[r + 1] - starts[r]};
            pb_attention_plan *row = pb_attention_plan_make(1, own, lo + starts[r], hi + starts[r]);
            pb_attention(row, shape, 0, 2, q + r * 4 * dims[i], k, v, single + r * 4 * dims[i], lse_single + r * 4);
            pb_attention_plan_free(row);
        }
        for (int r = 20; r < 24; r++) {
            // Of row 5, which sees nothing.
            if (lse[r] != -INFINITY || lse_single[r] != -INFINITY || lse_portable[r] != -INFINITY) return INFINITY;
            lse[r] = lse_single[r] = lse_portable[r] = 0;
        }
        most = worse(most, worse(difference_of(q_count, single, tiled), difference_of(count * 4, lse_single, lse)));
        most = worse(most, worse(difference_of(q_count, portable, tiled), difference_of(count * 4, lse_portable, lse)));
        float *up = numbers(q_count, 4), *dq[2], *dk[2], *dv[2];
        for (int b = 0; b < 2; b++) {
            dq[b] = zeros(q_count), dk[b] = zeros(k_count), dv[b] = zeros(k_count);
            (b ? portable_attention_backward : pb_attention_backward)(
                plan, shape, 0, b ? 1 : 2, q, k, v, tiled, lse, up, dq[b], dk[b], dv[b]);
            if (b) portable_attention_backward(plan, shape, 1, 1, q, k, v, tiled, lse, up, dq[b], dk[b], dv[b]);
        }
        most = worse(most, difference_of(q_count, dq[0], dq[1]));
        most = worse(most, worse(difference_of(k_count, dk[0], dk[1]), difference_of(k_count, dv[0], dv[1])));
        q[0] = NAN;
        pb_attention(plan, shape, 0, 2, q, k, v, tiled, lse);
        if (!isnan(tiled[0]) || !isnan(lse[0]) || isnan(tiled[4 * dims[i]])) return INFINITY;
        pb_attention_plan_free(plan);
    }
    return most;
}

// Tiles of few rows, of some, of many, and several of them.
static double attention(void) {
    return worse(worse(attention_of(7), attention_of(21)), worse(attention_of(53), attention_of(150)));
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
        // The KV heads one by one.
        for (long kv = 0; kv < 2; kv++) pb_attention(plan, shape, kv, 1, q, k, v, out, lse);
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

// Keys and values of bfloat16, in tiles of rows and row by row, against float32 attention over the same
// numbers. By AMX, queries and softmax weights are rounded too.
static double narrow_attention(bool rounding) {
    static const long dims[] = {24, 32, 64, 128};
    enum { count = 83, keys = 150 };
    double most = 0;
    for (int i = 0; i < 4; i++) {
        long d = dims[i];
        pb_attention_shape shape = {
            .heads = 6, .kv_heads = 2, .head_dim = d, .key_stride = d, .head_stride = keys * d,
            .scale = 1 / sqrtf((float)d), .rounding = rounding};
        long q_count = count * 6 * d, k_count = keys * 2 * d;
        float *q = numbers(q_count, 1), *k = numbers(k_count, 2), *v = numbers(k_count, 3);
        uint16_t *k_narrow = bfloat16_of(k_count, k), *v_narrow = bfloat16_of(k_count, v);
        for (long p = 0; p < k_count; p++) k[p] = widened(k_narrow[p]), v[p] = widened(v_narrow[p]);
        int32_t starts[count + 1], lo[2 * count], hi[2 * count], at = 0;
        for (int r = 0; r < count; r++) {
            starts[r] = at;
            if (r == 5) continue;
            if (r > 8) lo[at] = 2, hi[at++] = 33;
            lo[at] = r > 8 ? 60 : 0, hi[at++] = 61 + r;
        }
        starts[count] = at;
        float *expected = zeros(q_count), *y = zeros(q_count), *lse = zeros(count * 6), *expected_lse = zeros(count * 6);
        pb_attention_plan *plan = pb_attention_plan_make(count, starts, lo, hi);
        shape.element = PB_FLOAT32;
        portable_attention(plan, shape, 0, 2, q, k, v, expected, expected_lse);
        for (int r = 0; r < 6; r++) expected_lse[5 * 6 + r] = 0;
        for (int kind = 0; kind < 3; kind++) {
            shape.element = kind ? PB_BFLOAT16 : PB_FLOAT32;
            const void *own_k = kind ? (void *)k_narrow : k, *own_v = kind ? (void *)v_narrow : v;
            if (kind < 2) {
                pb_attention(plan, shape, 0, 2, q, own_k, own_v, y, lse);
            } else {
                for (int r = 0; r < count; r++) {
                    int32_t own[2] = {0, starts[r + 1] - starts[r]};
                    pb_attention_plan *row = pb_attention_plan_make(1, own, lo + starts[r], hi + starts[r]);
                    pb_attention(row, shape, 0, 2, q + r * 6 * d, own_k, own_v, y + r * 6 * d, lse + r * 6);
                    pb_attention_plan_free(row);
                }
            }
            for (int r = 0; r < 6; r++) lse[5 * 6 + r] = 0;
            most = worse(most, worse(difference_of(q_count, y, expected), difference_of(count * 6, lse, expected_lse)));
        }
        pb_attention_plan_free(plan);
    }
    return most;
}

static double bfloat16_attention(void) { return narrow_attention(false); }
static double tile_attention(void) { return narrow_attention(true); }

// MARK: - Threads

static void count_up(long begin, long end, int worker, void *context) {
    atomic_int *counts = context;
    for (long i = begin; i < end; i++) atomic_fetch_add(counts + i, 1);
}

// Many short jobs one behind the other on more threads than most machines here have cores, so that workers
// are late: the share of jobs that did not do each piece once before they were over. In a pool of its own,
// which nobody else's job keeps busy.
static double jobs(void) {
    enum { all = 400000, most = 40 };
    long wrong = 0;
    own_set_threads(6);
    for (long job = 0; job < all; job++) {
        atomic_int counts[most] = {0};
        long count = 1 + job * 7 % most;
        own_parallel(count, 1 + job % 3, count_up, counts);
        bool right = true;
        for (long i = 0; i < most; i++) right = right && counts[i] == (i < count);
        wrong += !right;
    }
    return (double)wrong / all;
}

typedef struct {
    int workers;
    atomic_int over;
} bound;

static void check_worker(long begin, long end, int worker, void *context) {
    bound *b = context;
    if (worker < 0 || worker >= b->workers) atomic_fetch_add(&b->over, 1);
    // While it lasts, the pool is told of more threads than the job began with.
    own_set_threads(2 + (int)(begin % 7));
}

// The share of jobs in which a worker's index was not below the number of workers that the job was given.
static double worker_indices(void) {
    enum { all = 20000 };
    int wrong = 0;
    for (int job = 0; job < all; job++) {
        bound b = {.workers = 1 + job % 4};
        own_parallel_by(b.workers, 60, 1, check_worker, &b);
        wrong += b.over > 0;
    }
    return (double)wrong / all;
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
    {"projections, blocks", projections_of_blocks, 3e-6},
    {"products of bfloat16 pairs", pair_products, 2e-6},
    {"products of bfloat16 tiles", tile_products, 2e-6},
    {"the best row", screens, 0},
    {"attention", attention, 5e-6},
    {"attention of long rows", long_rows, 5e-6},
    {"attention to bfloat16 keys", bfloat16_attention, 5e-6},
    {"attention by bfloat16 tiles", tile_attention, 5e-3},
    {"pieces of jobs", jobs, 0},
    {"indices of workers", worker_indices, 0},
};

long comparison_count(void) { return sizeof all / sizeof all[0]; }
comparison comparison_at(long index) { return all[index]; }
