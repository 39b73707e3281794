// Attention over visible key intervals.
//
// Neighbouring rows that see similar keys form a tile; a tile's scores are a small dense matrix
// over the union of its rows' intervals, so that work and memory follow the visible pairs and no
// rows x keys matrix exists anywhere. The forward pass keeps one number a row and head (the log of
// the softmax's denominator), from which the backward pass makes the weights again.
//
// This file chooses what computes a tile and shares the work out: a row alone (attention_row.c), tiles of
// bfloat16 numbers (attention_tiles.c), panels (attention_panels.c), OpenBLAS (attention_blas.c). They share
// attention_softmax.c, and call nothing here.
#include "attention.h"
#include <stdlib.h>

typedef pb_attention_job job;

// products_a_range: worth handing over to another thread.
enum { products_a_range = 1 << 15, least_panel_rows = 6 };

// MARK: - Forward

PB_KERNEL static void widen_rows(long rows, long width, long stride, const uint16_t *source, float *out) {
    for (long i = 0; i < rows; i++) pb_widen_inline(PB_BFLOAT16, width, source + i * stride, out + i * width);
}

// As float32: in place where they are, from `wide` elsewhere.
static key_rows keys_of(const job *j, long tile, long kv_head, const void *source, float *wide) {
    const pb_attention_plan *p = j->plan;
    pb_attention_shape s = j->shape;
    if (s.element == PB_FLOAT32) {
        return (key_rows){(const float *)source + kv_head * s.head_stride, s.key_stride, false};
    }
    float *out = wide;
    for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
        long lo = p->union_lo[u], count = p->union_hi[u] - lo;
        const uint16_t *from = (const uint16_t *)source + kv_head * s.head_stride + lo * s.key_stride;
        widen_rows(count, s.head_dim, s.key_stride, from, out);
        out += count * s.head_dim;
    }
    return (key_rows){wide, s.head_dim, true};
}

// Rows are padded to whole vectors: few of them are multiplied faster without.
static bool by_panels(const job *j, long rows) { return j->by_panels && rows >= least_panel_rows; }

// The floats of scratch for a tile's scores and, going back, their gradients.
static long tile_scratch(const job *j, long rows, long columns, bool backward) {
    if (by_panels(j, rows)) return pb_attention_panel_scratch(j->shape, rows, columns, backward);
    return pb_attention_blas_scratch(rows, columns, backward);
}

static void forward_tile(const job *j, long tile, long kv_head, float *scores) {
    long rows = pb_tile_rows(j->plan, tile), columns = pb_union_keys(j->plan, tile);
    float *wide = scores + tile_scratch(j, rows, columns, false);
    key_rows k = keys_of(j, tile, kv_head, j->k, wide);
    key_rows v = keys_of(j, tile, kv_head, j->v, wide + j->shape.head_dim * columns);
    if (by_panels(j, rows)) pb_attention_panel(j, tile, kv_head, k, v, scores);
    else pb_attention_blas(j, tile, kv_head, k, v, scores);
}

static void forward_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    const pb_attention_plan *p = j->plan;
    pb_attention_shape s = j->shape;
    float *scores = j->scratch + worker * j->scratch_size;
    for (long i = begin; i < end; i++) {
        // Later rows of a causal mask see more: the long pieces come first.
        long tile = p->tiles - 1 - i / j->kv_count, kv_head = j->first_kv_head + i % j->kv_count;
        long head = p->tile_row[tile] * s.heads + kv_head * (s.heads / s.kv_heads);
        if (pb_tile_rows(p, tile) > 1) {
            if (j->by_tiles) pb_attention_tile(j, tile, kv_head, scores);
            else forward_tile(j, tile, kv_head, scores);
        } else {
            pb_attention_row(j, tile, kv_head, 0, pb_union_keys(p, tile), scores, j->out + head * s.head_dim,
                             j->lse + head);
        }
    }
}

// Pieces of plans whose tiles are single rows: a range of one row's keys.
static void range_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    pb_attention_shape s = j->shape;
    float *scores = j->scratch + worker * j->scratch_size;
    for (long i = begin; i < end; i++) {
        long rest = i / j->kv_count, row = rest / j->ranges, range = rest % j->ranges;
        long kv_head = j->first_kv_head + i % j->kv_count, columns = pb_union_keys(j->plan, row);
        long head = (range * j->plan->rows + row) * s.heads + kv_head * (s.heads / s.kv_heads);
        pb_attention_row(j, row, kv_head, columns * range / j->ranges, columns * (range + 1) / j->ranges,
                         scores, j->part_out + head * s.head_dim, j->part_lse + head);
    }
}

// The means over all keys from those over ranges of them.
static void merge_ranges(const job *j) {
    long heads = j->plan->rows * j->shape.heads, d = j->shape.head_dim, group = j->shape.heads / j->shape.kv_heads;
    for (long i = 0; i < j->plan->rows * j->kv_count * group; i++) {
        long head = i / (j->kv_count * group) * j->shape.heads + j->first_kv_head * group + i % (j->kv_count * group);
        float weights[pb_most_ranges], sum;
        for (long r = 0; r < j->ranges; r++) weights[r] = j->part_lse[r * heads + head];
        j->lse[head] = pb_attention_soft_weights(j->ranges, weights, &sum);
        memset(j->out + head * d, 0, (size_t)d * sizeof(float));
        for (long r = 0; r < j->ranges; r++) {
            pb_axpy(d, weights[r] / sum, j->part_out + (r * heads + head) * d, j->out + head * d);
        }
    }
}

// scratch: floats that a thread needs
static void run(job *j, long scratch, long count, long grain, pb_body body) {
    j->scratch_size = (scratch + 31) / 32 * 32;
    int workers = pb_threads();
    j->scratch = pb_allocate((size_t)(j->scratch_size * workers));
    if (!j->scratch) abort();
    pb_parallel_by(workers, count, grain, body, j);
    pb_free(j->scratch);
}

// Decoding has few rows to share out: their keys are, in ranges that do not depend on the threads.
static long ranges_of(const pb_attention_plan *plan, pb_attention_shape shape) {
    if (plan->tiles < plan->rows) return 1;
    long group = shape.heads / shape.kv_heads;
    long least = products_a_range / (group * shape.head_dim), ranges = plan->most_cells / (least + 1);
    return ranges < 1 ? 1 : ranges < pb_most_ranges ? ranges : pb_most_ranges;
}

// The floats that a thread needs: scores, and where keys are not used as they are, what they become.
static long scratch_of(const job *j, bool backward) {
    const pb_attention_plan *p = j->plan;
    pb_attention_shape s = j->shape;
    long most = p->most_cells * (s.heads / s.kv_heads);
    for (long t = 0; t < p->tiles; t++) {
        long rows = pb_tile_rows(p, t), columns = pb_union_keys(p, t);
        long own = tile_scratch(j, rows, columns, backward);
        if (j->by_tiles) own = pb_attention_tile_scratch(s, rows, columns);
        else if (s.element != PB_FLOAT32) own += 2 * s.head_dim * columns;
        most = own > most ? own : most;
    }
    return most;
}

void pb_attention(const pb_attention_plan *plan, pb_attention_shape shape, long first_kv_head, long kv_count,
                  const float *q, const void *k, const void *v, float *out, float *log_sum_exp) {
    job j = {.plan = plan, .shape = shape, .q = q, .k = k, .v = v, .out = out, .lse = log_sum_exp,
             .by_tiles = plan->tiles < plan->rows && pb_attends_by_tiles(shape),
             .by_panels = plan->tiles < plan->rows && pb_attends_by_panels(shape),
             .first_kv_head = first_kv_head, .kv_count = kv_count, .ranges = ranges_of(plan, shape)};
    long group = shape.heads / shape.kv_heads, scratch = scratch_of(&j, false);
    if (j.ranges == 1) {
        // Some microseconds of work a piece.
        long grain = 32768 / (plan->most_cells * group * shape.head_dim + 1) + 1;
        run(&j, scratch, plan->tiles * kv_count, grain, forward_part);
        return;
    }
    long parts = j.ranges * plan->rows * shape.heads;
    j.part_lse = pb_allocate((size_t)(parts * (shape.head_dim + 1)));
    if (!j.part_lse) abort();
    j.part_out = j.part_lse + parts;
    run(&j, scratch, plan->rows * j.ranges * kv_count, 1, range_part);
    merge_ranges(&j);
    pb_free(j.part_lse);
}

// MARK: - Backward

static void backward_tile(const job *j, long tile, long kv_head, float *scratch) {
    key_rows k = keys_of(j, tile, kv_head, j->k, NULL), v = keys_of(j, tile, kv_head, j->v, NULL);
    if (pb_union_keys(j->plan, tile) == 0) return;
    if (by_panels(j, pb_tile_rows(j->plan, tile))) pb_attention_panel_backward(j, tile, kv_head, k, v, scratch);
    else pb_attention_blas_backward(j, tile, kv_head, k, v, scratch);
}

// Tiles of one group and KV head add to the same keys, so one thread takes them in order.
static void backward_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    for (long i = begin; i < end; i++) {
        long group = i / j->kv_count, head = j->first_kv_head + i % j->kv_count;
        for (long tile = j->plan->group_tile[group]; tile < j->plan->group_tile[group + 1]; tile++) {
            backward_tile(j, tile, head, j->scratch + worker * j->scratch_size);
        }
    }
}

void pb_attention_backward(const pb_attention_plan *plan, pb_attention_shape shape, long first_kv_head,
                           long kv_count, const float *q, const float *k, const float *v, const float *out,
                           const float *log_sum_exp, const float *upstream, float *q_gradient,
                           float *k_gradient, float *v_gradient) {
    job j = {.plan = plan, .shape = shape, .q = q, .k = k, .v = v, .out_in = out,
             .lse_in = log_sum_exp, .upstream = upstream, .dq = q_gradient, .dk = k_gradient,
             .dv = v_gradient, .first_kv_head = first_kv_head, .kv_count = kv_count,
             .by_panels = plan->tiles < plan->rows && pb_attends_by_panels(shape)};
    run(&j, scratch_of(&j, true), plan->groups * kv_count, 1, backward_part);
}
