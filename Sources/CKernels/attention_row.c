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

// 16 numbers of a key or value from number `at` on.
PB_INLINE lanes stored(const pb_element element, const void *base, long at) {
    if (element == PB_FLOAT32) return load((const float *)base + at);
    typedef uint16_t halves __attribute__((vector_size(32), aligned(2)));
    typedef uint32_t words __attribute__((vector_size(64)));
    halves narrow;
    memcpy(&narrow, (const uint16_t *)base + at, sizeof narrow);
    return (lanes)(__builtin_convertvector(narrow, words) << 16);
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

// scores[i] = scale * q . keys[i], from number `at` on; parts: head_dim / 16
PB_INLINE void scores_of(const int parts, const pb_element element, const float *q, const void *keys, long at,
                         long stride, long count, float scale, float *scores) {
    lanes query[8];
#pragma clang loop unroll(full)
    for (int p = 0; p < parts; p++) query[p] = load(q + p * width) * scale;
    long i = 0;
    for (; i + 4 <= count; i += 4, at += 4 * stride) {
        lanes a = {0}, b = {0}, c = {0}, d = {0};
#pragma clang loop unroll(full)
        for (int p = 0; p < parts; p++) {
            a += query[p] * stored(element, keys, at + p * width);
            b += query[p] * stored(element, keys, at + stride + p * width);
            c += query[p] * stored(element, keys, at + 2 * stride + p * width);
            d += query[p] * stored(element, keys, at + 3 * stride + p * width);
        }
        quad four = sums_of(a, b, c, d);
        memcpy(scores + i, &four, sizeof four);
    }
    for (; i < count; i++, at += stride) {
        lanes sum = {0};
#pragma clang loop unroll(full)
        for (int p = 0; p < parts; p++) sum += query[p] * stored(element, keys, at + p * width);
        quad same = sums_of(sum, sum, sum, sum);
        scores[i] = same[0];
    }
}

// out += weights . values, two keys at a time
PB_INLINE void add_values(const int parts, const pb_element element, const float *weights, const void *values,
                          long at, long stride, long count, float *out) {
    lanes even[8], odd[8] = {{0}};
#pragma clang loop unroll(full)
    for (int p = 0; p < parts; p++) even[p] = load(out + p * width);
    long i = 0;
    for (; i + 2 <= count; i += 2, at += 2 * stride) {
#pragma clang loop unroll(full)
        for (int p = 0; p < parts; p++) {
            even[p] += weights[i] * stored(element, values, at + p * width);
            odd[p] += weights[i + 1] * stored(element, values, at + stride + p * width);
        }
    }
#pragma clang loop unroll(full)
    for (int p = 0; p < parts; p++) {
        if (i < count) even[p] += weights[i] * stored(element, values, at + p * width);
        lanes sum = even[p] + odd[p];
        memcpy(out + p * width, &sum, sizeof sum);
    }
}

PB_INLINE void plain_scores(long d, const pb_element element, const float *q, const void *keys, long at, long stride,
                            long count, float scale, float *scores) {
    for (long i = 0; i < count; i++, at += stride) {
        float sum = 0;
        for (long p = 0; p < d; p++) sum += q[p] * pb_element_at(element, keys, at + p);
        scores[i] = scale * sum;
    }
}

PB_INLINE void plain_values(long d, const pb_element element, const float *weights, const void *values, long at,
                            long stride, long count, float *out) {
    for (long i = 0; i < count; i++, at += stride) {
        for (long p = 0; p < d; p++) out[p] += weights[i] * pb_element_at(element, values, at + p);
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
PB_INLINE void group_row(const int parts, const pb_element element, const pb_attention_job *j, long tile,
                         long kv_head, long begin, long end, float *scores, float *out, float *lse) {
    const pb_attention_plan *p = j->plan;
    pb_attention_shape s = j->shape;
    long d = s.head_dim, stride = s.key_stride, columns = end - begin, group = s.heads / s.kv_heads;
    const float *q = j->q + (p->tile_row[tile] * s.heads + kv_head * group) * d;
    for (stretch at = {0}; next_block(p, tile, begin, end, &at);) {
        for (long h = 0; h < group; h++) {
            float *own = scores + h * columns + at.column - begin;
            long from = kv_head * s.head_stride + at.key * stride;
            if (parts) scores_of(parts, element, q + h * d, j->k, from, stride, at.count, s.scale, own);
            else plain_scores(d, element, q + h * d, j->k, from, stride, at.count, s.scale, own);
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
            long from = kv_head * s.head_stride + at.key * stride;
            if (parts) add_values(parts, element, own, j->v, from, stride, at.count, out + h * d);
            else plain_values(d, element, own, j->v, from, stride, at.count, out + h * d);
        }
    }
}

PB_INLINE void row_of(const pb_element element, const pb_attention_job *job, long tile, long kv_head, long begin,
                      long end, float *scores, float *out, float *lse) {
    switch (job->shape.head_dim) {
    case 32: group_row(2, element, job, tile, kv_head, begin, end, scores, out, lse); break;
    case 64: group_row(4, element, job, tile, kv_head, begin, end, scores, out, lse); break;
    case 128: group_row(8, element, job, tile, kv_head, begin, end, scores, out, lse); break;
    default: group_row(0, element, job, tile, kv_head, begin, end, scores, out, lse); break;
    }
}

PB_KERNEL void pb_attention_row(const pb_attention_job *job, long tile, long kv_head, long begin, long end,
                                float *scores, float *out, float *lse) {
    if (job->shape.element == PB_BFLOAT16) row_of(PB_BFLOAT16, job, tile, kv_head, begin, end, scores, out, lse);
    else row_of(PB_FLOAT32, job, tile, kv_head, begin, end, scores, out, lse);
}
