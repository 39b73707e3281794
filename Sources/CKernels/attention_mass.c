// How much of the attention of many rows goes to each key: the weights once more, a tile of rows at a time, so that
// they never stand side by side for all rows.
#include "attention.h"
#include <stdlib.h>

enum { TILE = 32 };

typedef struct {
    pb_attention_shape shape;
    long rows, seen, keys;
    const float *q, *k;
    bool largest;
    float *mass;
} mass_job;

/// mass += weights / sum, or the larger of the two.
PB_KERNEL static void take(long count, const float *weights, float sum, bool largest, float *mass) {
    float share = 1.0f / sum;
    if (largest) {
        for (long i = 0; i < count; i++) {
            float weight = weights[i] * share;
            mass[i] = weight > mass[i] ? weight : mass[i];
        }
    } else {
        for (long i = 0; i < count; i++) mass[i] += weights[i] * share;
    }
}

static void mass_part(long begin, long end, int worker, void *context) {
    const mass_job *j = context;
    long heads = j->shape.heads, dim = j->shape.head_dim, group = heads / j->shape.kv_heads;
    float *scores = pb_allocate((size_t)(TILE * j->keys));
    if (!scores) abort();
    for (long head = begin; head < end; head++) {
        const float *keys = j->k + head / group * j->keys * dim;
        float *mass = j->mass + head * j->keys;
        for (long row = 0; row < j->rows; row += TILE) {
            long count = j->rows - row < TILE ? j->rows - row : TILE;
            long columns = j->seen + row + count - 1;
            pb_gemm(false, true, count, columns, dim, j->shape.scale, j->q + row * heads * dim + head * dim,
                    heads * dim, keys, dim, 0, scores, j->keys);
            for (long i = 0; i < count; i++) {
                float sum;
                long visible = j->seen + row + i;
                pb_attention_soft_weights(visible, scores + i * j->keys, &sum);
                take(visible, scores + i * j->keys, sum, j->largest, mass);
            }
        }
    }
    pb_free(scores);
}

void pb_attention_mass(pb_attention_shape shape, long rows, long seen, const float *q, const float *k,
                       bool largest, float *mass) {
    mass_job j = {.shape = shape, .rows = rows, .seen = seen, .keys = seen + rows - 1,
                  .q = q, .k = k, .largest = largest, .mass = mass};
    pb_parallel(shape.heads, 1, mass_part, &j);
}
