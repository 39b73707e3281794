// Decoding's few rows times stored weights, by dot products.
#include "stored.h"

// Everything that passes vectors is inlined, so that no calling convention is concerned.
#pragma clang diagnostic ignored "-Wpsabi"

typedef struct {
    pb_element element;
    long m, k;
    const float *x, *split;   // the same rows, split into pairs for bfloat16
    long count;
    const pb_projection *projections;
} linear_job;

PB_INLINE float dot(pb_element element, long k, const void *row, const float *x) {
    float sum = 0;
    for (long p = 0; p < k; p++) sum += pb_element_at(element, row, p) * x[p];
    return sum;
}

typedef uint32_t pair_lanes __attribute__((vector_size(64)));
typedef float float_lanes __attribute__((vector_size(64)));

PB_INLINE float sum_of(float_lanes x) {
    typedef float eight __attribute__((vector_size(32)));
    typedef float four __attribute__((vector_size(16)));
    eight a = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7)
        + __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
    four b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
    return (b[0] + b[2]) + (b[1] + b[3]);
}

enum { stretch = 64 };

// Per stretch of 64 columns of x: the even and the odd ones of each half; what is left stays as it is.
static void split_pairs(long k, const float *x, float *out) {
    long p = 0;
    for (; p + stretch <= k; p += stretch) {
        for (long i = 0; i < stretch; i++) out[p + i / 32 * 32 + i % 2 * 16 + i % 32 / 2] = x[p + i];
    }
    memcpy(out + p, x + p, (size_t)(k - p) * sizeof(float));
}

// The same for bfloat16: of 16 pairs in 16 lanes, one number is a shift and the other a mask away.
PB_INLINE float pair_dot(long k, const uint16_t *row, const float *split) {
    float_lanes even[2] = {{0}}, odd[2] = {{0}};
    long p = 0;
    for (; p + stretch <= k; p += stretch) {
#pragma clang loop unroll(full)
        for (int i = 0; i < 2; i++) {
            pair_lanes pairs;
            float_lanes first, second;
            memcpy(&pairs, row + p + 32 * i, sizeof pairs);
            memcpy(&first, split + p + 32 * i, sizeof first);
            memcpy(&second, split + p + 32 * i + 16, sizeof second);
            even[i] += (float_lanes)(pairs << 16) * first;
            odd[i] += (float_lanes)(pairs & 0xffff0000) * second;
        }
    }
    return sum_of(even[0] + even[1] + odd[0] + odd[1]) + dot(PB_BFLOAT16, k - p, row + p, split + p);
}

// Four rows of x share each load of a weight row; the loop is bound by memory, not arithmetic.
PB_INLINE void dot_rows(pb_element element, long m, long n, long k, const float *x, const float *split,
                        const char *w, float *y, long begin, long end) {
    size_t row_bytes = pb_bytes_of(element, k);
    bool is_far = pb_is_far(row_bytes, n);
    for (long j = begin; j < end; j++) {
        const char *row = w + (size_t)j * row_bytes;
        if (is_far) pb_prefetch_ahead(row, row_bytes);
        long i = 0;
        for (; i + 4 <= m; i += 4) {
            const float *x0 = x + i * k, *x1 = x0 + k, *x2 = x1 + k, *x3 = x2 + k;
            float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            for (long p = 0; p < k; p++) {
                float value = pb_element_at(element, row, p);
                s0 += value * x0[p];
                s1 += value * x1[p];
                s2 += value * x2[p];
                s3 += value * x3[p];
            }
            y[i * n + j] = s0;
            y[(i + 1) * n + j] = s1;
            y[(i + 2) * n + j] = s2;
            y[(i + 3) * n + j] = s3;
        }
        for (; i < m; i++) {
            y[i * n + j] =
                split ? pair_dot(k, (const uint16_t *)row, split + i * k) : dot(element, k, row, x + i * k);
        }
    }
}

// Rows of blocks are widened, each for all rows of x.
PB_INLINE void widened_dots(const linear_job *job, const pb_projection *p, long begin, long end) {
    size_t row_bytes = pb_bytes_of(job->element, job->k);
    float *wide = pb_allocate((size_t)job->k), *y = pb_allocate((size_t)job->m);
    if (!wide || !y) __builtin_trap();
    for (long j = begin; j < end; j++) {
        pb_widen_range(job->element, job->k, (const char *)p->weights + (size_t)j * row_bytes, wide);
        dot_rows(PB_FLOAT32, job->m, 1, job->k, job->x, NULL, (const char *)wide, y, 0, 1);
        for (long i = 0; i < job->m; i++) p->y[i * p->n + j] = y[i];
    }
    pb_free(wide), pb_free(y);
}

// begin, end: columns of all projections, one behind the other.
PB_KERNEL static void dot_part(long begin, long end, int worker, void *context) {
    const linear_job *j = context;
    for (long i = 0, first = 0; i < j->count && first < end; first += j->projections[i++].n) {
        const pb_projection *p = j->projections + i;
        pb_columns own = pb_columns_of(p, first, begin, end);
        long from = own.from, to = own.to;
        if (from >= to) continue;
        const char *w = p->weights;
        switch (j->element) {
        case PB_FLOAT32: dot_rows(PB_FLOAT32, j->m, p->n, j->k, j->x, NULL, w, p->y, from, to); break;
        case PB_BFLOAT16: dot_rows(PB_BFLOAT16, j->m, p->n, j->k, j->x, j->split, w, p->y, from, to); break;
        case PB_FLOAT16: dot_rows(PB_FLOAT16, j->m, p->n, j->k, j->x, NULL, w, p->y, from, to); break;
        default: widened_dots(j, p, from, to); break;
        }
    }
}

void pb_linear_few(pb_element element, long m, long k, const float *x, long count, const pb_projection *projections) {
    linear_job job = {element, m, k, x, NULL, count, projections};
    float *split = NULL;
    if (element == PB_BFLOAT16) {
        split = pb_allocate((size_t)(m * k));
        if (!split) __builtin_trap();
        for (long i = 0; i < m; i++) split_pairs(k, x + i * k, split + i * k);
    }
    job.split = split;
    pb_parallel_columns(k, count, projections, dot_part, &job);
    pb_free(split);
}
