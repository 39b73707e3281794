// General products in float32, by OpenBLAS.
#include "kernels.h"
#include <cblas.h>

// Rows of a part; multiples of the kernel's block.
enum { least_part = 96, most_part = 256 };

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
    // OpenBLAS adds up an element in an order that depends on the size of the product: parts are cut by size
    // alone, so that no result depends on the number of threads. Every part packs the other matrix anew: they
    // are as long as makes that little, and a matrix of fewer rows is halved.
    long grain = size;
    if ((double)m * n * k >= 2e5) {
        if (size >= 2 * most_part) grain = most_part;
        else if (size >= 2 * least_part) grain = (size + 1) / 2;
    }
    pb_parallel(size, (grain + 15) / 16 * 16, gemm_part, &job);
}
