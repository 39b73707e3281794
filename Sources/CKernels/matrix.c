// General products in float32, by OpenBLAS.
#include "kernels.h"
#include <cblas.h>

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
    // Every part packs the other matrix anew: two parts a thread, which even out a busy core, only
    // where that is little. Parts stay multiples of the kernel's block.
    long parts = (double)m * n * k < 2e5 ? 1 : ((double)m * n * k > 4e8 ? 2 * threads : threads);
    long grain = (size + parts - 1) / parts;
    grain = (grain + 15) / 16 * 16;
    pb_parallel(size, grain, gemm_part, &job);
}
