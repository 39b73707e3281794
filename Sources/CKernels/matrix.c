#include "kernels.h"
#include <cblas.h>

// MARK: - General products

typedef struct {
    bool transpose_a, transpose_b, split_rows;
    long m, n, k, lda, ldb, ldc;
    float alpha, beta;
    const float *a, *b;
    float *c;
} gemm_job;

static void gemm_part(long begin, long end, int worker, void *context) {
    const gemm_job *j = context;
    const float *a = j->a, *b = j->b;
    float *c = j->c;
    long m = j->m, n = j->n;
    if (j->split_rows) {
        a += j->transpose_a ? begin : begin * j->lda;
        c += begin * j->ldc;
        m = end - begin;
    } else {
        b += j->transpose_b ? begin * j->ldb : begin;
        c += begin;
        n = end - begin;
    }
    cblas_sgemm(CblasRowMajor, j->transpose_a ? CblasTrans : CblasNoTrans,
                j->transpose_b ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)j->k, j->alpha, a,
                (int)j->lda, b, (int)j->ldb, j->beta, c, (int)j->ldc);
}

void pb_gemm(bool transpose_a, bool transpose_b, long m, long n, long k, float alpha,
             const float *a, long lda, const float *b, long ldb, float beta, float *c, long ldc) {
    if (m < 1 || n < 1) return;
    gemm_job job = {transpose_a, transpose_b, m >= n, m, n, k, lda, ldb, ldc, alpha, beta, a, b, c};
    long size = job.split_rows ? m : n;
    long threads = pb_threads();
    // Two parts a thread even out a busy core; parts stay multiples of the kernel's block.
    long parts = (double)m * n * k < 2e5 ? 1 : (m * n * k > 4e7 ? 2 * threads : threads);
    long grain = (size + parts - 1) / parts;
    grain = (grain + 15) / 16 * 16;
    pb_parallel(size, grain, gemm_part, &job);
}

// MARK: - Stored elements

PB_INLINE float widen_bfloat16(uint16_t bits) {
    uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

#if defined(__x86_64__) || defined(__aarch64__)
typedef _Float16 half;
#else
#error "16-bit floats need a compiler type on this processor"
#endif

PB_INLINE float element_at(pb_element element, const void *source, long i) {
    switch (element) {
    case PB_BFLOAT16: return widen_bfloat16(((const uint16_t *)source)[i]);
    case PB_FLOAT16: return (float)((const half *)source)[i];
    case PB_FLOAT32: break;
    }
    return ((const float *)source)[i];
}

PB_INLINE void widen_inline(pb_element element, long count, const void *source, float *out) {
    for (long i = 0; i < count; i++) out[i] = element_at(element, source, i);
}

PB_KERNEL static void widen_range(pb_element element, long count, const void *source, float *out) {
    switch (element) {
    case PB_FLOAT32: memcpy(out, source, (size_t)count * sizeof(float)); break;
    case PB_BFLOAT16: widen_inline(PB_BFLOAT16, count, source, out); break;
    case PB_FLOAT16: widen_inline(PB_FLOAT16, count, source, out); break;
    }
}

static size_t element_size(pb_element element) { return element == PB_FLOAT32 ? 4 : 2; }

typedef struct {
    pb_element element;
    const char *source;
    float *out;
} widen_job;

static void widen_part(long begin, long end, int worker, void *context) {
    const widen_job *j = context;
    widen_range(j->element, end - begin, j->source + (size_t)begin * element_size(j->element),
                j->out + begin);
}

void pb_widen(pb_element element, long count, const void *source, float *out) {
    widen_job job = {element, source, out};
    pb_parallel(count, 1 << 16, widen_part, &job);
}

// MARK: - x w^T

enum { few_rows = 8, panel = 64 };

typedef struct {
    pb_element element;
    long m, n, k;
    const float *x;
    const char *w;
    float *y;
} linear_job;

// Four rows of x share each load of a weight row; the loop is bound by memory, not arithmetic.
PB_INLINE void dot_rows(pb_element element, long m, long n, long k, const float *x, const char *w,
                        float *y, long begin, long end) {
    size_t row_bytes = (size_t)k * element_size(element);
    for (long j = begin; j < end; j++) {
        const void *row = w + (size_t)j * row_bytes;
        long i = 0;
        for (; i + 4 <= m; i += 4) {
            const float *x0 = x + i * k, *x1 = x0 + k, *x2 = x1 + k, *x3 = x2 + k;
            float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            for (long p = 0; p < k; p++) {
                float value = element_at(element, row, p);
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
            const float *x0 = x + i * k;
            float sum = 0;
            for (long p = 0; p < k; p++) sum += element_at(element, row, p) * x0[p];
            y[i * n + j] = sum;
        }
    }
}

PB_KERNEL static void dot_part(long begin, long end, int worker, void *context) {
    const linear_job *j = context;
    switch (j->element) {
    case PB_FLOAT32: dot_rows(PB_FLOAT32, j->m, j->n, j->k, j->x, j->w, j->y, begin, end); break;
    case PB_BFLOAT16: dot_rows(PB_BFLOAT16, j->m, j->n, j->k, j->x, j->w, j->y, begin, end); break;
    case PB_FLOAT16: dot_rows(PB_FLOAT16, j->m, j->n, j->k, j->x, j->w, j->y, begin, end); break;
    }
}

// Half-precision weights are widened a panel at a time, which stays in cache for its product.
static void panel_part(long begin, long end, int worker, void *context) {
    const linear_job *j = context;
    long rows = end - begin;
    float *wide = pb_allocate((size_t)(rows * j->k));
    if (!wide) __builtin_trap();
    widen_range(j->element, rows * j->k, j->w + (size_t)(begin * j->k) * element_size(j->element), wide);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)j->m, (int)rows, (int)j->k, 1, j->x,
                (int)j->k, wide, (int)j->k, 0, j->y + begin, (int)j->n);
    pb_free(wide);
}

void pb_linear(pb_element element, long m, long n, long k, const float *x, const void *w, float *y) {
    linear_job job = {element, m, n, k, x, w, y};
    if (m <= few_rows) {
        long grain = (n + pb_threads() - 1) / pb_threads();
        if (n * k < 16384) grain = n;
        pb_parallel(n, grain, dot_part, &job);
    } else if (element == PB_FLOAT32) {
        pb_gemm(false, true, m, n, k, 1, x, k, w, k, 0, y, n);
    } else {
        pb_parallel(n, n > 4 * panel ? panel * 2 : panel, panel_part, &job);
    }
}
