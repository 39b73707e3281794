// Attention over visible key intervals.
//
// Neighbouring rows that see similar keys form a tile; a tile's scores are a small dense matrix
// over the union of its rows' intervals, so that work and memory follow the visible pairs and no
// rows x keys matrix exists anywhere. The forward pass keeps one number a row and head (the log of
// the softmax's denominator), from which the backward pass makes the weights again.
#include "kernels.h"
#include <cblas.h>
#include <stdlib.h>

struct pb_attention_plan {
    long rows, tiles, groups, most_cells;
    int32_t *starts, *lo, *hi;       // as given
    int32_t *tile_row;               // [tiles + 1]
    int32_t *tile_union;             // [tiles + 1], into union_lo, union_hi
    int32_t *union_lo, *union_hi;
    int32_t *group_tile;             // [groups + 1]: tiles of one group share no keys with others
};

enum { most_rows = 64, cell_budget = 1 << 16 };

// MARK: - The plan

typedef struct {
    int32_t *lo, *hi;
    long count;
} intervals;

// The union of two ascending lists of intervals; returns how many keys it holds.
static long unite(const intervals *a, const int32_t *lo, const int32_t *hi, long count, intervals *out) {
    long i = 0, j = 0, keys = 0;
    out->count = 0;
    while (i < a->count || j < count) {
        bool first = j >= count || (i < a->count && a->lo[i] <= lo[j]);
        int32_t l = first ? a->lo[i] : lo[j], h = first ? a->hi[i] : hi[j];
        if (first) i++;
        else j++;
        if (out->count && l <= out->hi[out->count - 1]) {
            if (h > out->hi[out->count - 1]) {
                keys += h - out->hi[out->count - 1];
                out->hi[out->count - 1] = h;
            }
        } else {
            out->lo[out->count] = l;
            out->hi[out->count++] = h;
            keys += h - l;
        }
    }
    return keys;
}

static void *copy_of(const int32_t *source, long count) {
    int32_t *copy = malloc((size_t)(count + 1) * sizeof(int32_t));
    if (copy && count > 0) memcpy(copy, source, (size_t)count * sizeof(int32_t));
    return copy;
}

void pb_attention_plan_free(pb_attention_plan *p) {
    if (!p) return;
    free(p->starts), free(p->lo), free(p->hi), free(p->tile_row), free(p->tile_union);
    free(p->union_lo), free(p->union_hi), free(p->group_tile), free(p);
}

long pb_attention_plan_tiles(const pb_attention_plan *plan) { return plan->tiles; }

// Rows before a cut see no key that rows behind it see.
static char *find_cuts(long rows, const int32_t *starts, const int32_t *lo, const int32_t *hi) {
    char *cut = calloc((size_t)rows + 1, 1);
    int32_t *least = malloc(((size_t)rows + 1) * sizeof(int32_t));
    if (!cut || !least) {
        free(cut), free(least);
        return NULL;
    }
    least[rows] = INT32_MAX;
    for (long r = rows; r-- > 0;) {
        int32_t first = starts[r] < starts[r + 1] ? lo[starts[r]] : INT32_MAX;
        least[r] = first < least[r + 1] ? first : least[r + 1];
    }
    int32_t most = INT32_MIN;
    for (long r = 0; r < rows; r++) {
        cut[r] = most <= least[r];
        if (starts[r] < starts[r + 1] && hi[starts[r + 1] - 1] > most) most = hi[starts[r + 1] - 1];
    }
    free(least);
    return cut;
}

pb_attention_plan *pb_attention_plan_make(long rows, const int32_t *starts, const int32_t *lo,
                                          const int32_t *hi) {
    long total = rows ? starts[rows] : 0;
    pb_attention_plan *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->rows = rows;
    p->starts = copy_of(starts, rows + 1);
    p->lo = copy_of(lo, total);
    p->hi = copy_of(hi, total);
    p->tile_row = malloc(((size_t)rows + 2) * sizeof(int32_t));
    p->tile_union = malloc(((size_t)rows + 2) * sizeof(int32_t));
    p->group_tile = malloc(((size_t)rows + 2) * sizeof(int32_t));
    p->union_lo = malloc(((size_t)total + 1) * sizeof(int32_t));
    p->union_hi = malloc(((size_t)total + 1) * sizeof(int32_t));
    char *cut = find_cuts(rows, starts, lo, hi);
    size_t room = ((size_t)total + 1) * sizeof(int32_t);
    intervals current = {malloc(room), malloc(room), 0}, grown = {malloc(room), malloc(room), 0};
    bool ok = p->starts && p->lo && p->hi && p->tile_row && p->tile_union && p->group_tile
        && p->union_lo && p->union_hi && cut && current.lo && current.hi && grown.lo && grown.hi;
    long visible = 0, keys = 0, united = 0;
    for (long r = 0; ok && r <= rows; r++) {
        long begin = p->tiles ? p->tile_row[p->tiles] : 0;
        long count = r < rows ? starts[r + 1] - starts[r] : 0, own = 0;
        for (long i = 0; i < count; i++) own += hi[starts[r] + i] - lo[starts[r] + i];
        bool close = r == rows || cut[r] || r - begin >= most_rows;
        long next = 0;
        if (!close) {
            next = unite(&current, lo + starts[r], hi + starts[r], count, &grown);
            // Denser than a third, or small enough that one product beats many.
            long cells = next * (r - begin + 1);
            close = (cells > cell_budget && r - begin >= 8)
                || (cells > 3 * (visible + own) && cells > 2048);
        }
        if (close && r > begin) {
            if (p->tiles == 0) p->tile_row[0] = p->tile_union[0] = 0;
            memcpy(p->union_lo + united, current.lo, (size_t)current.count * sizeof(int32_t));
            memcpy(p->union_hi + united, current.hi, (size_t)current.count * sizeof(int32_t));
            united += current.count;
            if (keys * (r - begin) > p->most_cells) p->most_cells = keys * (r - begin);
            p->tiles++;
            p->tile_row[p->tiles] = (int32_t)r;
            p->tile_union[p->tiles] = (int32_t)united;
        }
        if (r == rows) break;
        if (cut[r]) p->group_tile[p->groups++] = (int32_t)p->tiles;
        if (close) {
            current.count = visible = 0;
            next = unite(&current, lo + starts[r], hi + starts[r], count, &grown);
        }
        intervals swap = current;
        current = grown;
        grown = swap;
        keys = next;
        visible += own;
    }
    if (ok) p->group_tile[p->groups] = (int32_t)p->tiles;
    free(cut), free(current.lo), free(current.hi), free(grown.lo), free(grown.hi);
    if (ok) return p;
    pb_attention_plan_free(p);
    return NULL;
}

// MARK: - One tile

typedef struct {
    const pb_attention_plan *plan;
    pb_attention_shape shape;
    const float *q, *k, *v, *out_in, *lse_in, *upstream;
    float *out, *lse, *dq, *dk, *dv;
    float *scratch;   // one part a thread
    long scratch_size;
} job;

static long union_keys(const pb_attention_plan *p, long tile) {
    long keys = 0;
    for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
        keys += p->union_hi[u] - p->union_lo[u];
    }
    return keys;
}

// scores[row, column] = scale * q[row] . k[column's key], columns over the tile's union.
static void scores_of(const job *j, long tile, const float *a, long a_stride, const float *b,
                      long b_stride, float scale, long columns, float *scores) {
    const pb_attention_plan *p = j->plan;
    long begin = p->tile_row[tile], rows = p->tile_row[tile + 1] - begin, column = 0;
    for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
        long lo = p->union_lo[u], count = p->union_hi[u] - lo;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)count,
                    (int)j->shape.head_dim, scale, a + begin * a_stride, (int)a_stride,
                    b + lo * b_stride, (int)b_stride, 0, scores + column, (int)columns);
        column += count;
    }
}

// Sets the columns that a row does not see to `value`.
static void hide(const job *j, long tile, long row, float *scores, float value) {
    const pb_attention_plan *p = j->plan;
    long i = p->starts[row], end = p->starts[row + 1], column = 0;
    for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
        long at = p->union_lo[u], stop = p->union_hi[u];
        while (at < stop) {
            while (i < end && p->hi[i] <= at) i++;
            long lo = i < end && p->lo[i] < stop ? p->lo[i] : stop;
            for (; at < lo; at++) scores[column++] = value;
            if (at == stop) break;
            long hi = p->hi[i] < stop ? p->hi[i] : stop;
            column += hi - at;
            at = hi;
        }
    }
}

PB_KERNEL static float softmax_row(long count, float *scores) {
    float largest = -INFINITY, sum = 0;
    for (long c = 0; c < count; c++) largest = scores[c] > largest ? scores[c] : largest;
    if (largest == -INFINITY) {
        memset(scores, 0, (size_t)count * sizeof(float));
        return -INFINITY;
    }
    for (long c = 0; c < count; c++) {
        float e = pb_exp(scores[c] - largest);
        scores[c] = e;
        sum += e;
    }
    float inverse = 1.0f / sum;
    for (long c = 0; c < count; c++) scores[c] *= inverse;
    return largest + logf(sum);
}

static void forward_tile(const job *j, long tile, long kv_head, float *scores) {
    const pb_attention_plan *p = j->plan;
    pb_attention_shape s = j->shape;
    long q_stride = s.heads * s.head_dim, kv_stride = s.kv_heads * s.head_dim;
    long group = s.heads / s.kv_heads, columns = union_keys(p, tile);
    long begin = p->tile_row[tile], rows = p->tile_row[tile + 1] - begin;
    const float *k = j->k + kv_head * s.head_dim, *v = j->v + kv_head * s.head_dim;
    for (long h = kv_head * group; h < (kv_head + 1) * group; h++) {
        float *out = j->out + h * s.head_dim;
        scores_of(j, tile, j->q + h * s.head_dim, q_stride, k, kv_stride, s.scale, columns, scores);
        for (long r = 0; r < rows; r++) {
            hide(j, tile, begin + r, scores + r * columns, -INFINITY);
            j->lse[(begin + r) * s.heads + h] = softmax_row(columns, scores + r * columns);
        }
        long column = 0;
        if (columns == 0) {
            for (long r = 0; r < rows; r++) {
                memset(out + (begin + r) * q_stride, 0, (size_t)s.head_dim * sizeof(float));
            }
        }
        for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
            long lo = p->union_lo[u], count = p->union_hi[u] - lo;
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)s.head_dim,
                        (int)count, 1, scores + column, (int)columns, v + lo * kv_stride,
                        (int)kv_stride, column ? 1 : 0, out + begin * q_stride, (int)q_stride);
            column += count;
        }
    }
}

// A tile of one row (decoding) reads each key and value once, without a matrix product's set-up.
PB_KERNEL static void forward_row(const job *j, long tile, long kv_head, float *scores) {
    const pb_attention_plan *p = j->plan;
    pb_attention_shape s = j->shape;
    long row = p->tile_row[tile], kv_stride = s.kv_heads * s.head_dim, d = s.head_dim;
    long group = s.heads / s.kv_heads, columns = union_keys(p, tile);
    const float *k = j->k + kv_head * d, *v = j->v + kv_head * d;
    for (long h = kv_head * group; h < (kv_head + 1) * group; h++) {
        const float *q = j->q + (row * s.heads + h) * d;
        float *out = j->out + (row * s.heads + h) * d;
        long column = 0;
        for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
            for (long key = p->union_lo[u]; key < p->union_hi[u]; key++) {
                scores[column++] = s.scale * pb_dot(d, q, k + key * kv_stride);
            }
        }
        j->lse[row * s.heads + h] = softmax_row(columns, scores);
        memset(out, 0, (size_t)d * sizeof(float));
        column = 0;
        for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
            for (long key = p->union_lo[u]; key < p->union_hi[u]; key++) {
                const float *value = v + key * kv_stride;
                float weight = scores[column++];
                for (long i = 0; i < d; i++) out[i] += weight * value[i];
            }
        }
    }
}

static void forward_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    float *scores = j->scratch + worker * j->scratch_size;
    for (long i = begin; i < end; i++) {
        long tile = i / j->shape.kv_heads, head = i % j->shape.kv_heads;
        if (j->plan->tile_row[tile + 1] - j->plan->tile_row[tile] == 1) {
            forward_row(j, tile, head, scores);
        } else {
            forward_tile(j, tile, head, scores);
        }
    }
}

static void run(job *j, long parts_of_scratch, long count, pb_body body) {
    long cells = (j->plan->most_cells + 15) / 16 * 16;
    j->scratch_size = cells * parts_of_scratch + 16;
    j->scratch = pb_allocate((size_t)(j->scratch_size * pb_threads()));
    if (!j->scratch) abort();
    pb_parallel(count, 1, body, j);
    pb_free(j->scratch);
}

void pb_attention(const pb_attention_plan *plan, pb_attention_shape shape, const float *q,
                  const float *k, const float *v, float *out, float *log_sum_exp) {
    job j = {.plan = plan, .shape = shape, .q = q, .k = k, .v = v, .out = out, .lse = log_sum_exp};
    run(&j, 1, plan->tiles * shape.kv_heads, forward_part);
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

static void backward_tile(const job *j, long tile, long kv_head, float *weights, float *gradient) {
    const pb_attention_plan *p = j->plan;
    pb_attention_shape s = j->shape;
    long d = s.head_dim, q_stride = s.heads * d, kv_stride = s.kv_heads * d;
    long group = s.heads / s.kv_heads, columns = union_keys(p, tile);
    long begin = p->tile_row[tile], rows = p->tile_row[tile + 1] - begin;
    const float *k = j->k + kv_head * d, *v = j->v + kv_head * d;
    if (columns == 0) return;
    for (long h = kv_head * group; h < (kv_head + 1) * group; h++) {
        const float *q = j->q + h * d, *up = j->upstream + h * d, *out = j->out_in + h * d;
        scores_of(j, tile, q, q_stride, k, kv_stride, s.scale, columns, weights);
        scores_of(j, tile, up, q_stride, v, kv_stride, 1, columns, gradient);
        for (long r = 0; r < rows; r++) {
            long row = begin + r;
            float lse = j->lse_in[row * s.heads + h];
            hide(j, tile, row, weights + r * columns, -INFINITY);
            weights_row(columns, lse == -INFINITY ? 0 : lse, weights + r * columns);
            float shift = pb_dot(d, up + row * q_stride, out + row * q_stride);
            score_gradient_row(columns, s.scale, shift, weights + r * columns, gradient + r * columns);
        }
        if (j->dv) {
            accumulate(p, tile, columns, d, weights, up + begin * q_stride, q_stride,
                       j->dv + kv_head * d, kv_stride);
        }
        if (j->dk) {
            accumulate(p, tile, columns, d, gradient, q + begin * q_stride, q_stride,
                       j->dk + kv_head * d, kv_stride);
        }
        long column = 0;
        for (long u = p->tile_union[tile]; j->dq && u < p->tile_union[tile + 1]; u++) {
            long lo = p->union_lo[u], count = p->union_hi[u] - lo;
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)d, (int)count, 1,
                        gradient + column, (int)columns, k + lo * kv_stride, (int)kv_stride, 1,
                        j->dq + h * d + begin * q_stride, (int)q_stride);
            column += count;
        }
    }
}

// Tiles of one group and KV head add to the same keys, so one thread takes them in order.
static void backward_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    float *weights = j->scratch + worker * j->scratch_size, *gradient = weights + j->scratch_size / 2;
    for (long i = begin; i < end; i++) {
        long group = i / j->shape.kv_heads, head = i % j->shape.kv_heads;
        for (long tile = j->plan->group_tile[group]; tile < j->plan->group_tile[group + 1]; tile++) {
            backward_tile(j, tile, head, weights, gradient);
        }
    }
}

void pb_attention_backward(const pb_attention_plan *plan, pb_attention_shape shape, const float *q,
                           const float *k, const float *v, const float *out,
                           const float *log_sum_exp, const float *upstream, float *q_gradient,
                           float *k_gradient, float *v_gradient) {
    job j = {.plan = plan, .shape = shape, .q = q, .k = k, .v = v, .out_in = out,
             .lse_in = log_sum_exp, .upstream = upstream, .dq = q_gradient, .dk = k_gradient,
             .dv = v_gradient};
    run(&j, 2, plan->groups * shape.kv_heads, backward_part);
}
