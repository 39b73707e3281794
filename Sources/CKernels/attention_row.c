// Attention of one query row: decoding. Heads of the common sizes are unrolled into registers, four
// keys at a time; any other size takes the plain loop.
#include "attention.h"

// Everything that passes vectors is inlined, so that no calling convention is concerned.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float lanes __attribute__((vector_size(64), aligned(4)));
typedef float quad __attribute__((vector_size(16), aligned(4)));

enum { width = 16 };

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

// sums += weights . values, two keys at a time
PB_INLINE void add_values(const int parts, const float *weights, const float *values, long stride,
                          long count, lanes sums[8]) {
    lanes even[8], odd[8] = {{0}};
#pragma clang loop unroll(full)
    for (int p = 0; p < parts; p++) even[p] = sums[p];
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
        sums[p] = even[p] + odd[p];
    }
}

PB_INLINE void unrolled_row(const int parts, const pb_attention_job *j, long tile, long head, float *scores) {
    const pb_attention_plan *p = j->plan;
    long row = p->tile_row[tile], d = parts * width, stride = j->shape.kv_heads * d;
    long kv_head = head / (j->shape.heads / j->shape.kv_heads), place = (row * j->shape.heads + head) * d;
    const float *k = j->k + kv_head * d, *v = j->v + kv_head * d;
    long column = 0;
    for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
        long lo = p->union_lo[u], count = p->union_hi[u] - lo;
        scores_of(parts, j->q + place, k + lo * stride, stride, count, j->shape.scale, scores + column);
        column += count;
    }
    float sum;
    j->lse[row * j->shape.heads + head] = pb_soft_weights(column, scores, &sum);
    lanes sums[8] = {{0}};
    column = 0;
    for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
        long lo = p->union_lo[u], count = p->union_hi[u] - lo;
        add_values(parts, scores + column, v + lo * stride, stride, count, sums);
        column += count;
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < parts; i++) {
        lanes mean = sums[i] * (1 / sum);
        memcpy(j->out + place + i * width, &mean, sizeof mean);
    }
}

PB_INLINE void plain_row(const pb_attention_job *j, long tile, long head, float *scores) {
    const pb_attention_plan *p = j->plan;
    long d = j->shape.head_dim, row = p->tile_row[tile], stride = j->shape.kv_heads * d;
    long kv_head = head / (j->shape.heads / j->shape.kv_heads), place = (row * j->shape.heads + head) * d;
    const float *k = j->k + kv_head * d, *v = j->v + kv_head * d;
    long column = 0;
    for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
        for (long key = p->union_lo[u]; key < p->union_hi[u]; key++) {
            scores[column++] = j->shape.scale * pb_dot(d, j->q + place, k + key * stride);
        }
    }
    float sum, *out = j->out + place;
    j->lse[row * j->shape.heads + head] = pb_soft_weights(column, scores, &sum);
    memset(out, 0, (size_t)d * sizeof(float));
    column = 0;
    for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
        for (long key = p->union_lo[u]; key < p->union_hi[u]; key++) {
            float weight = scores[column++] / sum;
            for (long i = 0; i < d; i++) out[i] += weight * v[key * stride + i];
        }
    }
}

PB_KERNEL void pb_attention_row(const pb_attention_job *job, long tile, long head, float *scores) {
    switch (job->shape.head_dim) {
    case 32: unrolled_row(2, job, tile, head, scores); break;
    case 64: unrolled_row(4, job, tile, head, scores); break;
    case 128: unrolled_row(8, job, tile, head, scores); break;
    default: plain_row(job, tile, head, scores); break;
    }
}
