// Attention of a tile of rows by products of bfloat16 numbers (AMX), for models whose weights are of that
// type: queries, keys, values and softmax weights are rounded, scores and sums are float32. Elsewhere
// attention_panels.c and attention_blas.c do the same work in float32.
#include "attention.h"

#if defined(__x86_64__) && defined(__linux__)
#include "tiles.h"

enum { pairs = 2 * tile_units };   // numbers in a row of a tile

bool pb_attends_by_tiles(pb_attention_shape shape) {
    return shape.rounding && shape.head_dim % pairs == 0 && pb_has_bfloat16_tiles();
}

// What a tile of rows needs, in one thread's scratch. Sizes are in units of 32 bits.
typedef struct {
    uint32_t *keys;      // [columns / 16, head_dim / 32] tiles of [16 pairs, 16 keys]
    uint32_t *values;    // [columns / 32, head_dim / 16] tiles of [16 pairs of keys, 16]
    uint32_t *queries;   // [rows / 16, head_dim / 32] tiles of [16 rows, 16 pairs]
    uint32_t *weights;   // [rows / 16, columns / 32] tiles of [16 rows, 16 pairs of keys]
    float *scores;       // [rows, columns]
    float *means;        // [rows, head_dim]
} room;

static long padded_rows(long rows) { return (rows + block_rows - 1) / block_rows * block_rows; }
static long padded_columns(long columns) { return (columns + pairs - 1) / pairs * pairs; }

long pb_attention_tile_scratch(pb_attention_shape s, long rows, long columns) {
    long c = padded_columns(columns);
    return c * s.head_dim + padded_rows(rows) * (s.head_dim / 2 + c / 2 + c + s.head_dim);
}

// rows, columns: padded
static room room_in(float *scratch, long d, long rows, long columns) {
    room r;
    r.keys = (uint32_t *)scratch;
    r.values = r.keys + columns * d / 2;
    r.queries = r.values + columns * d / 2;
    r.weights = r.queries + rows * d / 2;
    r.scores = (float *)(r.weights + rows * columns / 2);
    r.means = r.scores + rows * columns;
    return r;
}

// MARK: - Layout

// Pairs u ..< u + 16 of a key, and numbers c ..< c + 16 of a value.
TARGET_INLINE __m512i key_units(pb_element element, const void *key, long u) {
    if (element == PB_BFLOAT16) return _mm512_loadu_si512((const uint16_t *)key + 2 * u);
    const float *row = (const float *)key + 2 * u;
    return (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(row + 16), _mm512_loadu_ps(row));
}

TARGET_INLINE __m512i value_halves(pb_element element, const void *value, long c) {
    __m256i halves = element == PB_BFLOAT16
        ? _mm256_loadu_si256((const __m256i *)((const uint16_t *)value + c))
        : (__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps((const float *)value + c));
    return _mm512_cvtepu16_epi32(halves);
}

// The keys and values of the union's columns, zeros behind them.
TARGET_INLINE void pack_context(pb_element element, const pb_attention_job *j, long tile, long kv_head, room r) {
    const pb_attention_plan *p = j->plan;
    pb_attention_shape s = j->shape;
    long d = s.head_dim, u = p->tile_union[tile], key = p->union_lo[u];
    size_t size = pb_bytes_of(element, 1);
    const char *k = (const char *)j->k + (size_t)(kv_head * s.head_stride) * size;
    const char *v = (const char *)j->v + (size_t)(kv_head * s.head_stride) * size;
    uint32_t *keys = r.keys, *values = r.values;
    while (u < p->tile_union[tile + 1]) {
        const char *k_rows[pairs], *v_rows[pairs];
        for (int i = 0; i < pairs; i++) {
            bool there = u < p->tile_union[tile + 1];
            k_rows[i] = there ? k + (size_t)(key * s.key_stride) * size : NULL;
            v_rows[i] = there ? v + (size_t)(key * s.key_stride) * size : NULL;
            if (there && ++key == p->union_hi[u]) key = p->union_lo[++u];
        }
        for (int half = 0; half < pairs; half += tile_rows) {
            for (long unit = 0; unit < d / 2; unit += tile_units, keys += tile_size) {
                __m512i t[16];
                UNROLL for (int i = 0; i < 16; i++) {
                    const char *row = k_rows[half + i];
                    t[i] = row ? key_units(element, row, unit) : _mm512_setzero_si512();
                }
                transpose(t);
                UNROLL for (int i = 0; i < 16; i++) _mm512_store_si512(keys + i * tile_units, t[i]);
            }
        }
        for (long c = 0; c < d; c += tile_rows) {
            for (int i = 0; i < pairs; i += 2, values += tile_units) {
                __m512i pair = v_rows[i] ? value_halves(element, v_rows[i], c) : _mm512_setzero_si512();
                if (v_rows[i + 1]) {
                    pair = _mm512_or_si512(pair, _mm512_slli_epi32(value_halves(element, v_rows[i + 1], c), 16));
                }
                _mm512_store_si512(values, pair);
            }
        }
    }
}

// All rows of a tile of rows: `count` numbers of each, in so many as `padded`.
TARGET static void pack_rows(const float *x, long stride, long rows, long count, long padded, float scale,
                             uint32_t *out) {
    for (long row = 0; row < padded_rows(rows); row += tile_rows) {
        pack_tile_row(x + row * stride, stride, rows - row, count, padded / 2, scale, out + row * padded / 2);
    }
}

// MARK: - Products

// y[16 row tiles, 16 column tiles] = a b over `steps` tiles; the tiles of a row of a lie one behind the
// other, those of a column of b `b_step` apart; both counts of tiles of y are even.
TARGET static void multiply(long row_tiles, long column_tiles, long steps, const uint32_t *a, const uint32_t *b,
                            long b_column, long b_step, float *y, long stride) {
    for (long i = 0; i < row_tiles; i += 2) {
        for (long c = 0; c < column_tiles; c += 2) {
            product((product_operands){
                        .steps = steps, .a = a + i * steps * tile_size, .a_second = a + (i + 1) * steps * tile_size,
                        .b = b + c * b_column, .b_second = b + (c + 1) * b_column, .b_step = b_step,
                        .b_row = tile_units},
                    false, y + i * tile_rows * stride + c * tile_units, stride);
        }
    }
}

TARGET void pb_attention_tile(const pb_attention_job *j, long tile, long kv_head, float *scratch) {
    const pb_attention_plan *p = j->plan;
    pb_attention_shape s = j->shape;
    long d = s.head_dim, group = s.heads / s.kv_heads, q_stride = s.heads * d;
    long columns = pb_union_keys(p, tile), padded = padded_columns(columns);
    long begin = p->tile_row[tile], rows = pb_tile_rows(p, tile);
    long row_tiles = padded_rows(rows) / tile_rows;
    room r = room_in(scratch, d, padded_rows(rows), padded);
    if (s.element == PB_BFLOAT16) pack_context(PB_BFLOAT16, j, tile, kv_head, r);
    else pack_context(PB_FLOAT32, j, tile, kv_head, r);
    configure_tiles();
    for (long h = kv_head * group; h < (kv_head + 1) * group; h++) {
        float sums[pb_most_tile_rows], *out = j->out + begin * q_stride + h * d;
        pack_rows(j->q + begin * q_stride + h * d, q_stride, rows, d, d, s.scale, r.queries);
        multiply(row_tiles, padded / tile_units, d / pairs, r.queries, r.keys, d / pairs * tile_size, tile_size,
                 r.scores, padded);
        pb_attention_softmax(j, tile, h, columns, padded, r.scores, sums);
        pack_rows(r.scores, padded, rows, columns, padded, 1, r.weights);
        multiply(row_tiles, d / tile_units, padded / pairs, r.weights, r.values, tile_size,
                 d / tile_units * tile_size, r.means, d);
        for (long row = 0; row < rows; row++) {
            float factor = 1 / sums[row];
            for (long c = 0; c < d; c++) out[row * q_stride + c] = r.means[row * d + c] * factor;
        }
    }
    _tile_release();
}

#else

bool pb_attends_by_tiles(pb_attention_shape shape) { return false; }
long pb_attention_tile_scratch(pb_attention_shape shape, long rows, long columns) { return 0; }
void pb_attention_tile(const pb_attention_job *job, long tile, long kv_head, float *scratch) {}

#endif
