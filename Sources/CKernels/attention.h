// Shared by the attention kernels: the plan, and what one call works on.
#ifndef PB_ATTENTION_H
#define PB_ATTENTION_H

#include "stored.h"

enum { pb_most_tile_rows = 64, pb_most_ranges = 64 };

struct pb_attention_plan {
    long rows, tiles, groups, most_cells;
    int32_t *starts, *lo, *hi;       // as given
    int32_t *tile_row;               // [tiles + 1]
    int32_t *tile_union;             // [tiles + 1], into union_lo, union_hi
    int32_t *union_lo, *union_hi;
    int32_t *group_tile;             // [groups + 1]: tiles of one group share no keys with others
};

typedef struct {
    const pb_attention_plan *plan;
    pb_attention_shape shape;
    const void *k, *v;
    const float *q, *out_in, *lse_in, *upstream;
    float *out, *lse, *dq, *dk, *dv;
    bool by_tiles, by_panels;
    long first_kv_head, kv_count;   // the KV heads that are computed
    float *scratch;   // one part a thread
    long scratch_size;
    // Rows alone that see many keys are computed in ranges of keys, each with its own mean and log of
    // the softmax's divisor: part_out [ranges, rows, heads, head_dim], part_lse [ranges, rows, heads].
    long ranges;
    float *part_out, *part_lse;
} pb_attention_job;

PB_INLINE long pb_tile_rows(const pb_attention_plan *p, long tile) {
    return p->tile_row[tile + 1] - p->tile_row[tile];
}

PB_INLINE long pb_union_keys(const pb_attention_plan *p, long tile) {
    long keys = 0;
    for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
        keys += p->union_hi[u] - p->union_lo[u];
    }
    return keys;
}

/// Keys or values of a KV head: each at its place, or those of a tile's union side by side.
typedef struct {
    const float *numbers;
    long stride;
    bool is_union;
} key_rows;

/// That of column `column` of the union, which is key `key`; of more of one interval, the first.
PB_INLINE const float *pb_key_row(key_rows r, long key, long column) {
    return r.numbers + (r.is_union ? column : key) * r.stride;
}

/// Turns scores into weights that are still to be divided by *sum; returns the log of their divisor.
PB_INLINE float pb_soft_weights(long count, float *scores, float *sum) {
    float largest = count ? pb_largest(count, scores) : -INFINITY, total = 0;
    if (largest == -INFINITY) {
        memset(scores, 0, (size_t)count * sizeof(float));
        *sum = 1;
        return -INFINITY;
    }
    for (long c = 0; c < count; c++) {
        float e = pb_exp(scores[c] - largest);
        scores[c] = e;
        total += e;
    }
    *sum = total;
    return largest + logf(total);
}

/// As `pb_soft_weights`.
float pb_attention_soft_weights(long count, float *scores, float *sum);
/// Sets the scores of the columns of a tile's union that a row does not see to minus infinity.
void pb_attention_hide(const pb_attention_job *job, long tile, long row, float *scores);
/// Turns a head's scores of a tile, rows `stride` apart, into weights that are still to be divided by `sums`;
/// those of keys that a row does not see are zero.
void pb_attention_softmax(const pb_attention_job *job, long tile, long head, long columns, long stride,
                          float *scores, float *sums);

/// Whether rows together go through `pb_attention_tile`.
bool pb_attends_by_tiles(pb_attention_shape shape);
/// The floats of scratch that a tile of rows takes whose union has so many columns.
long pb_attention_tile_scratch(pb_attention_shape shape, long rows, long columns);
/// The outputs of a tile of rows for the heads of one KV head.
void pb_attention_tile(const pb_attention_job *job, long tile, long kv_head, float *scratch);

/// Whether rows together, if they are enough, go through `pb_attention_panel`.
bool pb_attends_by_panels(pb_attention_shape shape);
/// The floats of scratch that a tile of rows takes whose union has so many columns.
long pb_attention_panel_scratch(pb_attention_shape shape, long rows, long columns, bool backward);
/// The outputs of a tile of rows for the heads of one KV head.
void pb_attention_panel(const pb_attention_job *job, long tile, long kv_head, key_rows k, key_rows v,
                        float *scratch);
/// What flows back through them.
void pb_attention_panel_backward(const pb_attention_job *job, long tile, long kv_head, key_rows k, key_rows v,
                                 float *scratch);

/// The floats of scratch that a tile of rows takes whose union has so many columns.
long pb_attention_blas_scratch(long rows, long columns, bool backward);
/// The outputs of a tile of rows for the heads of one KV head.
void pb_attention_blas(const pb_attention_job *job, long tile, long kv_head, key_rows k, key_rows v, float *scratch);
/// What flows back through them.
void pb_attention_blas_backward(const pb_attention_job *job, long tile, long kv_head, key_rows k, key_rows v,
                                float *scratch);

/// One query row (decoding) over columns [begin, end) of its tile's union: each key and value is read
/// once for the heads that share it, without a matrix product's set-up.
/// scores: [heads / kv_heads, end - begin], out: [heads / kv_heads, head_dim], lse: [heads / kv_heads]
void pb_attention_row(const pb_attention_job *job, long tile, long kv_head, long begin, long end,
                      float *scores, float *out, float *lse);

#endif
