// Rows times bfloat16 weights by the processor's own products of bfloat16 pairs (AVX512-BF16), summed
// in float32. Elsewhere `pb_linear_widened` does the same work on widened weights.
//
// Rows of x are rounded to bfloat16 once and laid out in blocks of 14: for each pair of columns the
// pairs of all rows. A panel of 32 weight rows is turned the same way, a stretch of columns at a time
// that stays in the first-level cache; 14 x 32 sums stay in registers.
#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))
#define TARGET_INLINE static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))
#define UNROLL _Pragma("clang loop unroll(full)")

enum { block_rows = 14, panel_rows = 32, stretch_pairs = 256, piece_blocks = 36 };

bool pb_has_bfloat16_products(void) {
    return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

typedef struct {
    long m, k, pairs;
    const float *x;
    uint32_t *packed;   // blocks of rows, each [pairs, rows of the block]
    const pb_projection *projections;
    long row_pieces;
} job;

// MARK: - Layout

// r[i][j] becomes r[j][i].
TARGET_INLINE void transpose(__m512i r[16]) {
    __m512i t[16];
    UNROLL for (int i = 0; i < 8; i++) {
        t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
    UNROLL for (int i = 0; i < 4; i++) {
        r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
        r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
        r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
        r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
    }
    UNROLL for (int i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0x88);
        t[4 + i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0xdd);
        t[8 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0x88);
        t[12 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0xdd);
    }
    UNROLL for (int i = 0; i < 4; i++) {
        r[i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0x88);
        r[8 + i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0xdd);
        r[4 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0x88);
        r[12 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0xdd);
    }
}

TARGET_INLINE __mmask16 lanes(long count) {
    return count >= 16 ? 0xffff : count <= 0 ? 0 : (__mmask16)((1u << count) - 1);
}

// The pairs p ..< p + 16 of a row of k floats, rounded to the nearest even; beyond its end zeros.
TARGET_INLINE __m512i rounded_pairs(const float *row, long p, long k) {
    __m512 low = _mm512_maskz_loadu_ps(lanes(k - 2 * p), row + 2 * p);
    __m512 high = _mm512_maskz_loadu_ps(lanes(k - 2 * p - 16), row + 2 * p + 16);
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

TARGET static void pack_rows(long begin, long end, int worker, void *context) {
    const job *j = context;
    for (long block = begin; block < end; block++) {
        long first = block * block_rows, rows = j->m - first < block_rows ? j->m - first : block_rows;
        uint32_t *out = j->packed + first * j->pairs;
        for (long p = 0; p < j->pairs; p += 16) {
            __m512i r[16];
            UNROLL for (int i = 0; i < 16; i++) {
                r[i] = i < rows ? rounded_pairs(j->x + (first + i) * j->k, p, j->k) : _mm512_setzero_si512();
            }
            transpose(r);
            long left = j->pairs - p < 16 ? j->pairs - p : 16;
            UNROLL for (int i = 0; i < 16; i++) {
                if (i < left) _mm512_mask_storeu_epi32(out + (p + i) * rows, lanes(rows), r[i]);
            }
        }
    }
}

// Pairs first ..< first + pairs of up to 32 weight rows; out: [pairs, 32], zeros for rows that are not.
TARGET_INLINE void pack_panel(long rows, long first, long pairs, const uint16_t *weights, long k, uint32_t *out) {
    for (long half = 0; half < panel_rows; half += 16) {
        for (long p = 0; p < pairs; p += 16) {
            long columns = k - 2 * (first + p);
            __mmask32 mask = columns >= 32 ? 0xffffffff : (1u << columns) - 1;
            __m512i r[16];
            UNROLL for (int i = 0; i < 16; i++) {
                r[i] = half + i < rows
                    ? _mm512_maskz_loadu_epi16(mask, weights + (half + i) * k + 2 * (first + p))
                    : _mm512_setzero_si512();
            }
            transpose(r);
            long left = pairs - p < 16 ? pairs - p : 16;
            UNROLL for (int i = 0; i < 16; i++) {
                if (i < left) _mm512_store_si512(out + (p + i) * panel_rows + half, r[i]);
            }
        }
    }
}

// MARK: - Product

// y[rows, 32] = or += a b; a: [pairs, rows], b: [pairs, 32]; columns left to y by two masks.
TARGET_INLINE void product(const int rows, long pairs, const uint32_t *a, const uint32_t *b, bool add,
                           __mmask16 low, __mmask16 high, float *y, long stride) {
    __m512 first[block_rows], second[block_rows];
    UNROLL for (int i = 0; i < rows; i++) first[i] = second[i] = _mm512_setzero_ps();
    for (long p = 0; p < pairs; p++, a += rows, b += panel_rows) {
        __m512bh b0 = (__m512bh)_mm512_load_si512(b), b1 = (__m512bh)_mm512_load_si512(b + 16);
        UNROLL for (int i = 0; i < rows; i++) {
            __m512bh pair = (__m512bh)_mm512_set1_epi32((int)a[i]);
            first[i] = _mm512_dpbf16_ps(first[i], pair, b0);
            second[i] = _mm512_dpbf16_ps(second[i], pair, b1);
        }
    }
    UNROLL for (int i = 0; i < rows; i++, y += stride) {
        if (add) {
            first[i] = _mm512_add_ps(first[i], _mm512_maskz_loadu_ps(low, y));
            second[i] = _mm512_add_ps(second[i], _mm512_maskz_loadu_ps(high, y + 16));
        }
        _mm512_mask_storeu_ps(y, low, first[i]);
        _mm512_mask_storeu_ps(y + 16, high, second[i]);
    }
}

TARGET static void product_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    _Alignas(64) uint32_t panel[stretch_pairs * panel_rows];
    for (long piece = begin; piece < end; piece++) {
        long index = piece / j->row_pieces, row_piece = piece % j->row_pieces;
        const pb_projection *projection = j->projections;
        for (; index >= (projection->n + panel_rows - 1) / panel_rows; projection++) {
            index -= (projection->n + panel_rows - 1) / panel_rows;
        }
        long column = index * panel_rows, n = projection->n;
        long columns = n - column < panel_rows ? n - column : panel_rows;
        long row = row_piece * piece_blocks * block_rows;
        long stop = row + piece_blocks * block_rows < j->m ? row + piece_blocks * block_rows : j->m;
        for (long p = 0; p < j->pairs; p += stretch_pairs) {
            long pairs = j->pairs - p < stretch_pairs ? j->pairs - p : stretch_pairs;
            pack_panel(columns, p, pairs, (const uint16_t *)projection->weights + column * j->k, j->k, panel);
            for (long r = row; r < stop; r += block_rows) {
                long rows = stop - r < block_rows ? stop - r : block_rows;
                const uint32_t *a = j->packed + r * j->pairs + p * rows;
                float *y = projection->y + r * n + column;
#define ROWS(count) \
    case count: product(count, pairs, a, panel, p > 0, lanes(columns), lanes(columns - 16), y, n); break;
                switch (rows) {
                ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7)
                ROWS(8) ROWS(9) ROWS(10) ROWS(11) ROWS(12) ROWS(13) ROWS(14)
                }
            }
        }
    }
}

void pb_linear_bfloat16(long m, long k, const float *x, long count, const pb_projection *projections) {
    job j = {.m = m, .k = k, .pairs = (k + 1) / 2, .x = x, .projections = projections};
    j.packed = (uint32_t *)pb_allocate((size_t)(m * j.pairs));
    if (!j.packed) __builtin_trap();
    pb_parallel((m + block_rows - 1) / block_rows, 4, pack_rows, &j);
    j.row_pieces = (m + piece_blocks * block_rows - 1) / (piece_blocks * block_rows);
    long panels = 0;
    for (long i = 0; i < count; i++) panels += (projections[i].n + panel_rows - 1) / panel_rows;
    pb_parallel(panels * j.row_pieces, 1, product_part, &j);
    pb_free(j.packed);
}

#else

bool pb_has_bfloat16_products(void) { return false; }

void pb_linear_bfloat16(long m, long k, const float *x, long count, const pb_projection *projections) {
    for (long i = 0; i < count; i++) pb_linear_widened(PB_BFLOAT16, m, k, x, projections[i]);
}

#endif
