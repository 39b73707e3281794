// Attention of a tile of rows in float32 by products of our own (AVX-512). Elsewhere
// attention_blas.c does the same work.
//
// Everything of a tile lies with its rows side by side: queries are turned once, [head_dim, rows], scores and
// weights are [columns, rows]. Keys and values are then used where they are, the softmax goes down columns
// without sums across a register, and which rows see a column is one word.
#include "attention.h"

#if defined(__x86_64__)
#include "packed.h"

#define TARGET __attribute__((target(FEATURES)))

enum { lane_count = 16, most_vectors = pb_most_tile_rows / lane_count };

bool pb_attends_by_panels(pb_attention_shape shape) {
    return shape.head_dim % lane_count == 0 && pb_has_packed_products();
}

static long vectors_of(long rows) { return (rows + lane_count - 1) / lane_count; }

// What a tile of rows needs, in one thread's scratch; rows are padded to whole vectors.
typedef struct {
    long rows, vectors, columns, head_dim;
    uint64_t *seen;       // [columns], a bit a row
    const float **keys, **values;   // [columns]
    float *queries;       // [head_dim, rows]: queries, or what flows back into outputs
    float *weights;       // [columns, rows]: scores, then weights
    float *gradient;      // [columns, rows]: of the scores
} room;

long pb_attention_panel_scratch(pb_attention_shape s, long rows, long columns, bool backward) {
    // A word or a pointer takes the place of two floats; each part begins a cache line.
    return 6 * (columns + lane_count)
        + (s.head_dim + (backward ? 2 : 1) * columns) * vectors_of(rows) * lane_count;
}

static room room_in(float *scratch, long d, long rows, long columns) {
    long words = 2 * ((columns + 7) / 8 * 8);
    room r = {.rows = rows, .vectors = vectors_of(rows), .columns = columns, .head_dim = d};
    r.seen = (uint64_t *)scratch;
    r.keys = (const float **)(scratch + words);
    r.values = (const float **)(scratch + 2 * words);
    r.queries = scratch + 3 * words;
    r.weights = r.queries + d * r.vectors * lane_count;
    r.gradient = r.weights + columns * r.vectors * lane_count;
    return r;
}

// MARK: - Layout

// Where the union's columns lie, and which rows see them.
static void place(const pb_attention_job *j, long tile, key_rows k, key_rows v, room r) {
    const pb_attention_plan *p = j->plan;
    long column = 0, first = p->tile_row[tile];
    for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
        for (long key = p->union_lo[u]; key < p->union_hi[u]; key++, column++) {
            r.keys[column] = pb_key_row(k, key, column);
            r.values[column] = pb_key_row(v, key, column);
        }
    }
    // First where a row begins or ends to see, from which follows where it sees.
    memset(r.seen, 0, (size_t)r.columns * sizeof *r.seen);
    for (long row = 0; row < r.rows; row++) {
        long u = p->tile_union[tile], before = 0;
        for (long i = p->starts[first + row]; i < p->starts[first + row + 1]; i++) {
            if (p->lo[i] >= p->hi[i]) continue;
            while (p->union_hi[u] <= p->lo[i]) before += p->union_hi[u] - p->union_lo[u], u++;
            long begin = before + p->lo[i] - p->union_lo[u], end = begin + p->hi[i] - p->lo[i];
            r.seen[begin] ^= 1ull << row;
            if (end < r.columns) r.seen[end] ^= 1ull << row;
        }
    }
    for (long c = 1; c < r.columns; c++) r.seen[c] ^= r.seen[c - 1];
}

// out[count, rows] = the rows of x, times scale; zeros behind them.
TARGET static void turn(const float *x, long stride, long rows, long vectors, long count, float scale, float *out) {
    __m512 factor = _mm512_set1_ps(scale);
    for (long v = 0; v < vectors; v++) {
        for (long c = 0; c < count; c += lane_count) {
            __m512i t[16];
            UNROLL for (int i = 0; i < 16; i++) {
                long row = v * lane_count + i;
                t[i] = row < rows ? (__m512i)_mm512_mul_ps(factor, _mm512_loadu_ps(x + row * stride + c))
                                  : _mm512_setzero_si512();
            }
            transpose(t);
            UNROLL for (int i = 0; i < 16; i++) {
                _mm512_store_si512(out + ((c + i) * vectors + v) * lane_count, t[i]);
            }
        }
    }
}

// MARK: - Scores

// scores[keys, rows] = keys queries
TARGET_INLINE void score(const int keys, const int vectors, long d, const float *queries, const float *const *k,
                         float *scores) {
    __m512 sum[12][most_vectors];
    UNROLL for (int i = 0; i < keys; i++) {
        UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = _mm512_setzero_ps();
    }
    const float *key[12];
    UNROLL for (int i = 0; i < keys; i++) key[i] = k[i];
    for (long c = 0; c < d; c++, queries += vectors * lane_count) {
        __m512 q[most_vectors];
        UNROLL for (int v = 0; v < vectors; v++) q[v] = _mm512_load_ps(queries + v * lane_count);
        UNROLL for (int i = 0; i < keys; i++) {
            __m512 number = _mm512_set1_ps(key[i][c]);
            UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = _mm512_fmadd_ps(number, q[v], sum[i][v]);
        }
    }
    UNROLL for (int i = 0; i < keys; i++, scores += vectors * lane_count) {
        UNROLL for (int v = 0; v < vectors; v++) _mm512_store_ps(scores + v * lane_count, sum[i][v]);
    }
}

// As many keys or rows at a time, of so many vectors each, as leave their sums in registers; where fewer are
// left, four or one.
TARGET_INLINE int most_sums(const int vectors) { return vectors == 4 ? 6 : vectors == 3 ? 8 : 12; }

TARGET_INLINE void score_columns(const int vectors, room r, const float *const *keys, float *out) {
    const int most = most_sums(vectors);
    long row = vectors * lane_count, c = 0;
#define KEYS(count) score(count, vectors, r.head_dim, r.queries, keys + c, out + c * row)
    for (; c + most <= r.columns; c += most) KEYS(most);
    for (; c + 4 <= r.columns; c += 4) KEYS(4);
    for (; c < r.columns; c++) KEYS(1);
#undef KEYS
}

// MARK: - Softmax

// exp(x) for x up to 0, 0 below -87, to about 1 ulp; what is not a number stays.
TARGET_INLINE __m512 exponential(__m512 x) {
    __m512 clamped = _mm512_max_ps(_mm512_set1_ps(-87.5f), x);
    __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(clamped, _mm512_set1_ps(1.44269504088896341f)), 8);
    __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375f), clamped);
    r = _mm512_fmadd_ps(n, _mm512_set1_ps(2.12194440e-4f), r);
    __m512 p = _mm512_set1_ps(1.9875691500e-4f);
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.3981999507e-3f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(8.3334519073e-3f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(4.1665795894e-2f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.6666665459e-1f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(5.0000001201e-1f));
    p = _mm512_fmadd_ps(p, _mm512_mul_ps(r, r), _mm512_add_ps(r, _mm512_set1_ps(1)));
    return _mm512_scalef_ps(p, n);
}

// Turns scores into weights that are still to be divided by `sums`, zero where a row does not see.
TARGET_INLINE void soften(const int vectors, room r, float *largest_out, float *sums) {
    __m512 largest[most_vectors], sum[most_vectors];
    UNROLL for (int v = 0; v < vectors; v++) {
        largest[v] = _mm512_set1_ps(-INFINITY);
        sum[v] = _mm512_setzero_ps();
    }
    const float *scores = r.weights;
    for (long c = 0; c < r.columns; c++, scores += vectors * lane_count) {
        UNROLL for (int v = 0; v < vectors; v++) {
            __mmask16 seen = (__mmask16)(r.seen[c] >> (v * lane_count));
            largest[v] = _mm512_mask_max_ps(largest[v], seen, largest[v], _mm512_load_ps(scores + v * lane_count));
        }
    }
    float *weights = r.weights;
    for (long c = 0; c < r.columns; c++, weights += vectors * lane_count) {
        UNROLL for (int v = 0; v < vectors; v++) {
            __mmask16 seen = (__mmask16)(r.seen[c] >> (v * lane_count));
            __m512 x = _mm512_sub_ps(_mm512_load_ps(weights + v * lane_count), largest[v]);
            __m512 e = _mm512_maskz_mov_ps(seen, exponential(x));
            _mm512_store_ps(weights + v * lane_count, e);
            sum[v] = _mm512_add_ps(sum[v], e);
        }
    }
    UNROLL for (int v = 0; v < vectors; v++) {
        _mm512_storeu_ps(largest_out + v * lane_count, largest[v]);
        _mm512_storeu_ps(sums + v * lane_count, sum[v]);
    }
}

// Turns scores into weights by the logs of their divisors, and what flows back into weights, less each row's
// `shifts`, into gradients of scores.
TARGET_INLINE void soften_backward(const int vectors, room r, float scale, const float *logs, const float *shifts) {
    __m512 log[most_vectors], shift[most_vectors], factor = _mm512_set1_ps(scale);
    UNROLL for (int v = 0; v < vectors; v++) {
        log[v] = _mm512_loadu_ps(logs + v * lane_count);
        shift[v] = _mm512_loadu_ps(shifts + v * lane_count);
    }
    float *weights = r.weights, *gradient = r.gradient;
    for (long c = 0; c < r.columns; c++, weights += vectors * lane_count, gradient += vectors * lane_count) {
        UNROLL for (int v = 0; v < vectors; v++) {
            __mmask16 seen = (__mmask16)(r.seen[c] >> (v * lane_count));
            __m512 x = _mm512_sub_ps(_mm512_load_ps(weights + v * lane_count), log[v]);
            __m512 weight = _mm512_maskz_mov_ps(seen, exponential(x));
            __m512 g = _mm512_sub_ps(_mm512_load_ps(gradient + v * lane_count), shift[v]);
            _mm512_store_ps(weights + v * lane_count, weight);
            _mm512_store_ps(gradient + v * lane_count, _mm512_mul_ps(_mm512_mul_ps(weight, g), factor));
        }
    }
}

// MARK: - Means

// out[rows, 16 vectors] = or += weights values over `columns` columns
TARGET_INLINE void mean(const int rows, const int vectors, long columns, const float *weights, long weights_row,
                        const float *const *values, long from, bool add, float *out, long stride) {
    __m512 sum[12][most_vectors];
    UNROLL for (int i = 0; i < rows; i++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            sum[i][v] = add ? _mm512_loadu_ps(out + i * stride + v * lane_count) : _mm512_setzero_ps();
        }
    }
    for (long c = 0; c < columns; c++, weights += weights_row) {
        const float *value = values[c] + from;
        __m512 x[most_vectors];
        UNROLL for (int v = 0; v < vectors; v++) x[v] = _mm512_loadu_ps(value + v * lane_count);
        UNROLL for (int i = 0; i < rows; i++) {
            __m512 weight = _mm512_set1_ps(weights[i]);
            UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = _mm512_fmadd_ps(weight, x[v], sum[i][v]);
        }
    }
    UNROLL for (int i = 0; i < rows; i++) {
        UNROLL for (int v = 0; v < vectors; v++) _mm512_storeu_ps(out + i * stride + v * lane_count, sum[i][v]);
    }
}

// Columns at a time whose weights and values stay in the first-level cache.
enum { stretch = 64 };

TARGET_INLINE void mean_rows(const int vectors, room r, const float *factors, const float *const *values, long from,
                             bool add, float *out, long stride) {
    const int most = most_sums(vectors);
    long weights_row = r.vectors * lane_count;
    for (long c = 0; c < r.columns; c += stretch) {
        long columns = r.columns - c < stretch ? r.columns - c : stretch, row = 0;
        const float *weights = factors + c * weights_row;
#define ROWS(count) \
    mean(count, vectors, columns, weights + row, weights_row, values + c, from, add || c > 0, out + row * stride, stride)
        for (; row + most <= r.rows; row += most) ROWS(most);
        for (; row + 4 <= r.rows; row += 4) ROWS(4);
        for (; row < r.rows; row++) ROWS(1);
#undef ROWS
    }
}

// out[keys, 16 vectors] += factors x, with a row of x for each row of the tile; rows of out lie behind `out` as
// keys behind `origin`
TARGET_INLINE void spread(const int keys, const int vectors, long rows, const float *factors, long factors_row,
                          const float *const *k, const float *origin, const float *x, long stride, float *out) {
    __m512 sum[12][most_vectors];
    float *own[12];
    UNROLL for (int i = 0; i < keys; i++) {
        own[i] = out + (k[i] - origin);
        UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = _mm512_loadu_ps(own[i] + v * lane_count);
    }
    for (long row = 0; row < rows; row++, x += stride) {
        __m512 numbers[most_vectors];
        UNROLL for (int v = 0; v < vectors; v++) numbers[v] = _mm512_loadu_ps(x + v * lane_count);
        UNROLL for (int i = 0; i < keys; i++) {
            __m512 factor = _mm512_set1_ps(factors[i * factors_row + row]);
            UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = _mm512_fmadd_ps(factor, numbers[v], sum[i][v]);
        }
    }
    UNROLL for (int i = 0; i < keys; i++) {
        UNROLL for (int v = 0; v < vectors; v++) _mm512_storeu_ps(own[i] + v * lane_count, sum[i][v]);
    }
}

TARGET_INLINE void spread_columns(const int vectors, room r, const float *factors, const float *const *keys,
                                  const float *origin, long from, const float *x, long stride, float *out) {
    const int most = most_sums(vectors);
    long factors_row = r.vectors * lane_count;
    long c = 0;
#define KEYS(count) \
    spread(count, vectors, r.rows, factors + c * factors_row, factors_row, keys + c, origin, x + from, stride, out + from)
    for (; c + most <= r.columns; c += most) KEYS(most);
    for (; c + 4 <= r.columns; c += 4) KEYS(4);
    for (; c < r.columns; c++) KEYS(1);
#undef KEYS
}

// MARK: - Tiles

// `call` with the number of vectors as a constant.
#define VECTORS(vectors, call) \
    switch (vectors) { \
    case 1: call(1); break; \
    case 2: call(2); break; \
    case 3: call(3); break; \
    default: call(4); break; \
    }

TARGET static void scores_of(room r, const float *const *keys, float *out) {
#define CALL(count) score_columns(count, r, keys, out)
    VECTORS(r.vectors, CALL)
#undef CALL
}

TARGET static void weights_of(room r, float *largest, float *sums) {
#define CALL(count) soften(count, r, largest, sums)
    VECTORS(r.vectors, CALL)
#undef CALL
}

TARGET static void gradients_of(room r, float scale, const float *logs, const float *shifts) {
#define CALL(count) soften_backward(count, r, scale, logs, shifts)
    VECTORS(r.vectors, CALL)
#undef CALL
}

TARGET static void means_of(room r, const float *factors, const float *const *values, bool add, float *out,
                            long stride) {
    for (long from = 0; from < r.head_dim; from += most_vectors * lane_count) {
#define CALL(count) mean_rows(count, r, factors, values, from, add, out + from, stride)
        VECTORS((r.head_dim - from) / lane_count, CALL)
#undef CALL
    }
}

TARGET static void add_to_keys(room r, const float *factors, const float *const *keys, const float *origin,
                               const float *x, long stride, float *out) {
    for (long from = 0; from < r.head_dim; from += most_vectors * lane_count) {
#define CALL(count) spread_columns(count, r, factors, keys, origin, from, x, stride, out)
        VECTORS((r.head_dim - from) / lane_count, CALL)
#undef CALL
    }
}

TARGET void pb_attention_panel(const pb_attention_job *j, long tile, long kv_head, key_rows k, key_rows v,
                               float *scratch) {
    const pb_attention_plan *p = j->plan;
    pb_attention_shape s = j->shape;
    long d = s.head_dim, group = s.heads / s.kv_heads, stride = s.heads * d;
    long begin = p->tile_row[tile], rows = pb_tile_rows(p, tile);
    room r = room_in(scratch, d, rows, pb_union_keys(p, tile));
    place(j, tile, k, v, r);
    for (long h = kv_head * group; h < (kv_head + 1) * group; h++) {
        float largest[pb_most_tile_rows], sums[pb_most_tile_rows], *out = j->out + begin * stride + h * d;
        turn(j->q + begin * stride + h * d, stride, rows, r.vectors, d, s.scale, r.queries);
        scores_of(r, r.keys, r.weights);
        weights_of(r, largest, sums);
        means_of(r, r.weights, r.values, false, out, stride);
        for (long row = 0; row < rows; row++) {
            bool sees = largest[row] != -INFINITY;
            float factor = sees ? 1 / sums[row] : 0;
            for (long c = 0; c < d; c++) out[row * stride + c] = r.columns ? out[row * stride + c] * factor : 0;
            j->lse[(begin + row) * s.heads + h] = sees ? largest[row] + logf(sums[row]) : -INFINITY;
        }
    }
}

TARGET void pb_attention_panel_backward(const pb_attention_job *j, long tile, long kv_head, key_rows k, key_rows v,
                                        float *scratch) {
    const pb_attention_plan *p = j->plan;
    pb_attention_shape s = j->shape;
    long d = s.head_dim, group = s.heads / s.kv_heads, stride = s.heads * d, own = kv_head * s.head_stride;
    long begin = p->tile_row[tile], rows = pb_tile_rows(p, tile);
    room r = room_in(scratch, d, rows, pb_union_keys(p, tile));
    place(j, tile, k, v, r);
    for (long h = kv_head * group; h < (kv_head + 1) * group; h++) {
        long first = begin * stride + h * d;
        const float *q = j->q + first, *up = j->upstream + first, *out = j->out_in + first;
        float logs[pb_most_tile_rows] = {0}, shifts[pb_most_tile_rows] = {0};
        for (long row = 0; row < rows; row++) {
            logs[row] = j->lse_in[(begin + row) * s.heads + h];
            shifts[row] = pb_dot(d, up + row * stride, out + row * stride);
        }
        turn(q, stride, rows, r.vectors, d, s.scale, r.queries);
        scores_of(r, r.keys, r.weights);
        turn(up, stride, rows, r.vectors, d, 1, r.queries);
        scores_of(r, r.values, r.gradient);
        gradients_of(r, s.scale, logs, shifts);
        if (j->dv) add_to_keys(r, r.weights, r.values, v.numbers, up, stride, j->dv + own);
        if (j->dk) add_to_keys(r, r.gradient, r.keys, k.numbers, q, stride, j->dk + own);
        if (j->dq) means_of(r, r.gradient, r.keys, true, j->dq + first, stride);
    }
}

#else

bool pb_attends_by_panels(pb_attention_shape shape) { return false; }
long pb_attention_panel_scratch(pb_attention_shape shape, long rows, long columns, bool backward) { return 0; }
void pb_attention_panel(const pb_attention_job *job, long tile, long kv_head, key_rows k, key_rows v,
                        float *scratch) {}
void pb_attention_panel_backward(const pb_attention_job *job, long tile, long kv_head, key_rows k, key_rows v,
                                 float *scratch) {}

#endif
