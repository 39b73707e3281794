// Attention of one query row: decoding. Heads of the common sizes are unrolled into registers, four
// keys at a time; any other size takes the plain loop.
#include "attention.h"

// Everything that passes vectors is inlined, so that no calling convention is concerned.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float lanes __attribute__((vector_size(64), aligned(4)));
typedef float quad __attribute__((vector_size(16), aligned(4)));

enum { width = 16, block = 32 };

PB_INLINE lanes load(const float *x) {
    lanes value;
    memcpy(&value, x, sizeof value);
    return value;
}

// The sums of four vectors' lanes.
PB_INLINE quad sums_of(lanes a, lanes b, lanes c, lanes d) {
    lanes ab = __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
        + __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    lanes cd = __builtin_shufflevector(c, d, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
        + __builtin_shufflevector(c, d, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    lanes all = __builtin_shufflevector(ab, cd, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
        + __builtin_shufflevector(ab, cd, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    return __builtin_shufflevector(all, all, 0, 1, 2, 3) + __builtin_shufflevector(all, all, 4, 5, 6, 7)
        + __builtin_shufflevector(all, all, 8, 9, 10, 11)
        + __builtin_shufflevector(all, all, 12, 13, 14, 15);
}

// scores[i] = scale * q . keys[i]; parts: head_dim / 16
PB_INLINE void scores_of(const int parts, const float *q, const float *keys, long stride, long count,
                         float scale, float *scores) {
    lanes query[8];
#pragma clang loop unroll(full)
    for (int p = 0; p < parts; p++) query[p] = load(q + p * width) * scale;
    long i = 0;
    for (; i + 4 <= count; i += 4, keys += 4 * stride) {
        lanes a = {0}, b = {0}, c = {0}, d = {0};
#pragma clang loop unroll(full)
        for (int p = 0; p < parts; p++) {
            a += query[p] * load(keys + p * width);
            b += query[p] * load(keys + stride + p * width);
            c += query[p] * load(keys + 2 * stride + p * width);
            d += query[p] * load(keys + 3 * stride + p * width);
        }
        quad four = sums_of(a, b, c, d);
        memcpy(scores + i, &four, sizeof four);
    }
    for (; i < count; i++, keys += stride) scores[i] = scale * pb_dot(parts * width, q, keys);
}

// out += weights . values, two keys at a time
PB_INLINE void add_values(const int parts, const float *weights, const float *values, long stride,
                          long count, float *out) {
    lanes even[8], odd[8] = {{0}};
#pragma clang loop unroll(full)
    for (int p = 0; p < parts; p++) even[p] = load(out + p * width);
    long i = 0;
    for (; i + 2 <= count; i += 2, values += 2 * stride) {
#pragma clang loop unroll(full)
        for (int p = 0; p < parts; p++) {
            even[p] += weights[i] * load(values + p * width);
            odd[p] += weights[i + 1] * load(values + stride + p * width);
        }
    }
#pragma clang loop unroll(full)
    for (int p = 0; p < parts; p++) {
        if (i < count) even[p] += weights[i] * load(values + p * width);
        lanes sum = even[p] + odd[p];
        memcpy(out + p * width, &sum, sizeof sum);
    }
}

PB_INLINE void plain_scores(long d, const float *q, const float *keys, long stride, long count,
                            float scale, float *scores) {
    for (long i = 0; i < count; i++) scores[i] = scale * pb_dot(d, q, keys + i * stride);
}

PB_INLINE void plain_values(long d, const float *weights, const float *values, long stride, long count,
                            float *out) {
    for (long i = 0; i < count; i++) {
        for (long p = 0; p < d; p++) out[p] += weights[i] * values[i * stride + p];
    }
}

// A stretch of the columns of a tile's union that is consecutive in memory.
typedef struct {
    long key, column, count;
} stretch;

// The next block of keys behind `at` (start with {0}) among columns [begin, end) of the union.
PB_INLINE bool next_block(const pb_attention_plan *p, long tile, long begin, long end, stretch *at) {
    long column = at->count ? at->column + at->count : begin;
    if (column >= end) return false;
    long before = 0, u = p->tile_union[tile];
    while (before + p->union_hi[u] - p->union_lo[u] <= column) {
        before += p->union_hi[u] - p->union_lo[u];
        u++;
    }
    long key = p->union_lo[u] + column - before, count = p->union_hi[u] - key;
    if (count > block) count = block;
    *at = (stretch){key, column, count < end - column ? count : end - column};
    return true;
}

// parts: head_dim / 16 where that is unrolled, 0 elsewhere. The heads of a group take turns at a block
// of keys, which is read from memory once.
PB_INLINE void group_row(const int parts, const pb_attention_job *j, long tile, long kv_head, long begin,
                         long end, float *scores, float *out, float *lse) {
    const pb_attention_plan *p = j->plan;
    pb_attention_shape s = j->shape;
    long d = s.head_dim, stride = s.key_stride, columns = end - begin, group = s.heads / s.kv_heads;
    const float *q = j->q + (p->tile_row[tile] * s.heads + kv_head * group) * d;
    const float *k = j->k + kv_head * s.head_stride, *v = j->v + kv_head * s.head_stride;
    for (stretch at = {0}; next_block(p, tile, begin, end, &at);) {
        for (long h = 0; h < group; h++) {
            float *own = scores + h * columns + at.column - begin;
            if (parts) scores_of(parts, q + h * d, k + at.key * stride, stride, at.count, s.scale, own);
            else plain_scores(d, q + h * d, k + at.key * stride, stride, at.count, s.scale, own);
        }
    }
    for (long h = 0; h < group; h++) {
        float sum;
        lse[h] = pb_soft_weights(columns, scores + h * columns, &sum);
        for (long c = 0; c < columns; c++) scores[h * columns + c] *= 1 / sum;
    }
    memset(out, 0, (size_t)(group * d) * sizeof(float));
    for (stretch at = {0}; next_block(p, tile, begin, end, &at);) {
        for (long h = 0; h < group; h++) {
            const float *own = scores + h * columns + at.column - begin;
            if (parts) add_values(parts, own, v + at.key * stride, stride, at.count, out + h * d);
            else plain_values(d, own, v + at.key * stride, stride, at.count, out + h * d);
        }
    }
}

PB_KERNEL void pb_attention_row(const pb_attention_job *job, long tile, long kv_head, long begin, long end,
                                float *scores, float *out, float *lse) {
    switch (job->shape.head_dim) {
    case 32: group_row(2, job, tile, kv_head, begin, end, scores, out, lse); break;
    case 64: group_row(4, job, tile, kv_head, begin, end, scores, out, lse); break;
    case 128: group_row(8, job, tile, kv_head, begin, end, scores, out, lse); break;
    default: group_row(0, job, tile, kv_head, begin, end, scores, out, lse); break;
    }
}
