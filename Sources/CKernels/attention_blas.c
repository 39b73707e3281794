// Attention of a tile of rows in float32 by OpenBLAS, on any processor.
#include "attention.h"
#include <cblas.h>

typedef pb_attention_job job;

long pb_attention_blas_scratch(long rows, long columns, bool backward) { return (backward ? 2 : 1) * rows * columns; }

// MARK: - Forward

// scores[row, column] = scale * q[row] . k[column's key], columns over the tile's union.
static void scores_of(const job *j, long tile, const float *a, long a_stride, key_rows b, float scale,
                      long columns, float *scores) {
    const pb_attention_plan *p = j->plan;
    long begin = p->tile_row[tile], rows = p->tile_row[tile + 1] - begin, column = 0;
    for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
        long lo = p->union_lo[u], count = p->union_hi[u] - lo;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)count,
                    (int)j->shape.head_dim, scale, a + begin * a_stride, (int)a_stride,
                    pb_key_row(b, lo, column), (int)b.stride, 0, scores + column, (int)columns);
        column += count;
    }
}

PB_KERNEL static void divide(long count, float divisor, float *x) {
    float factor = 1 / divisor;
    for (long i = 0; i < count; i++) x[i] *= factor;
}

void pb_attention_blas(const job *j, long tile, long kv_head, key_rows k, key_rows v, float *scores) {
    const pb_attention_plan *p = j->plan;
    pb_attention_shape s = j->shape;
    long q_stride = s.heads * s.head_dim;
    long group = s.heads / s.kv_heads, columns = pb_union_keys(p, tile);
    long begin = p->tile_row[tile], rows = p->tile_row[tile + 1] - begin;
    for (long h = kv_head * group; h < (kv_head + 1) * group; h++) {
        float *out = j->out + h * s.head_dim + begin * q_stride, sums[pb_most_tile_rows];
        scores_of(j, tile, j->q + h * s.head_dim, q_stride, k, s.scale, columns, scores);
        pb_attention_softmax(j, tile, h, columns, columns, scores, sums);
        long column = 0;
        for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
            long lo = p->union_lo[u], count = p->union_hi[u] - lo;
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)s.head_dim,
                        (int)count, 1, scores + column, (int)columns, pb_key_row(v, lo, column),
                        (int)v.stride, column ? 1 : 0, out, (int)q_stride);
            column += count;
        }
        for (long r = 0; r < rows; r++) {
            float *mean = out + r * q_stride;
            if (columns) divide(s.head_dim, sums[r], mean);
            else memset(mean, 0, (size_t)s.head_dim * sizeof(float));
        }
    }
}

// MARK: - Backward

PB_KERNEL static void weights_row(long count, float lse, float *scores) {
    for (long c = 0; c < count; c++) scores[c] = pb_exp(scores[c] - lse);
}

PB_KERNEL static void score_gradient_row(long count, float scale, float shift, const float *weights,
                                         float *gradient) {
    for (long c = 0; c < count; c++) gradient[c] = weights[c] * (gradient[c] - shift) * scale;
}

static void accumulate(const pb_attention_plan *p, long tile, long columns, long width,
                       const float *weights, const float *rows_in, long in_stride, float *keys_out,
                       long out_stride) {
    long rows = p->tile_row[tile + 1] - p->tile_row[tile], column = 0;
    for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
        long lo = p->union_lo[u], count = p->union_hi[u] - lo;
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)count, (int)width, (int)rows, 1,
                    weights + column, (int)columns, rows_in, (int)in_stride, 1,
                    keys_out + lo * out_stride, (int)out_stride);
        column += count;
    }
}

void pb_attention_blas_backward(const job *j, long tile, long kv_head, key_rows k, key_rows v, float *scratch) {
    const pb_attention_plan *p = j->plan;
    pb_attention_shape s = j->shape;
    long d = s.head_dim, q_stride = s.heads * d, kv_stride = s.key_stride;
    long group = s.heads / s.kv_heads, columns = pb_union_keys(p, tile);
    long begin = p->tile_row[tile], rows = p->tile_row[tile + 1] - begin;
    float *weights = scratch, *gradient = scratch + rows * columns;
    for (long h = kv_head * group; h < (kv_head + 1) * group; h++) {
        const float *q = j->q + h * d, *up = j->upstream + h * d, *out = j->out_in + h * d;
        scores_of(j, tile, q, q_stride, k, s.scale, columns, weights);
        scores_of(j, tile, up, q_stride, v, 1, columns, gradient);
        for (long r = 0; r < rows; r++) {
            long row = begin + r;
            float lse = j->lse_in[row * s.heads + h];
            pb_attention_hide(j, tile, row, weights + r * columns);
            weights_row(columns, lse == -INFINITY ? 0 : lse, weights + r * columns);
            float shift = pb_dot(d, up + row * q_stride, out + row * q_stride);
            score_gradient_row(columns, s.scale, shift, weights + r * columns, gradient + r * columns);
        }
        if (j->dv) {
            accumulate(p, tile, columns, d, weights, up + begin * q_stride, q_stride,
                       j->dv + kv_head * s.head_stride, kv_stride);
        }
        if (j->dk) {
            accumulate(p, tile, columns, d, gradient, q + begin * q_stride, q_stride,
                       j->dk + kv_head * s.head_stride, kv_stride);
        }
        long column = 0;
        for (long u = p->tile_union[tile]; j->dq && u < p->tile_union[tile + 1]; u++) {
            long lo = p->union_lo[u], count = p->union_hi[u] - lo;
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)d, (int)count, 1,
                        gradient + column, (int)columns, pb_key_row(k, lo, column), (int)k.stride, 1,
                        j->dq + h * d + begin * q_stride, (int)q_stride);
            column += count;
        }
    }
}
