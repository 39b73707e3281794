// What products of packed panels share (linear_packed.c, linear_tiles.c): everything is laid out in units
// of 32 bits, a float or a pair of bfloat16 numbers of neighbouring columns. A panel of 32 weight rows is
// turned so that each unit of its rows lies side by side, a stretch of columns at a time that stays in
// the first-level cache. Panels are small pieces of work, so that threads end together.
#ifndef PB_PACKED_H
#define PB_PACKED_H

#include "stored.h"
#include <immintrin.h>

#define FEATURES "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16"
#define TARGET_INLINE static inline __attribute__((always_inline, target(FEATURES)))
#define UNROLL _Pragma("clang loop unroll(full)")

enum { panel_rows = 32 };

typedef struct {
    pb_element element;
    bool pairs;         // whether units are pairs of bfloat16
    long m, k, units;
    long stretch;       // units that are computed at a time
    int workers;        // threads that compute pieces
    const float *x;
    uint32_t *packed;   // the rows of x
    const pb_projection *projections;
    long piece_rows, row_pieces, pieces;
} job;

// Cuts the work into pieces of a panel and about `rows` rows, in whole blocks.
static inline void cut_into_pieces(job *j, long count, long block_rows, long rows) {
    long blocks = (j->m + block_rows - 1) / block_rows, piece_blocks = rows / block_rows, panels = 0;
    j->row_pieces = (blocks + piece_blocks / 2) / piece_blocks;
    if (j->row_pieces < 1) j->row_pieces = 1;
    j->piece_rows = (blocks + j->row_pieces - 1) / j->row_pieces * block_rows;
    for (long i = 0; i < count; i++) panels += (j->projections[i].n + panel_rows - 1) / panel_rows;
    j->pieces = panels * j->row_pieces;
}

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

// Units u ..< u + 16 of a row of k floats, zeros behind its end; pairs are rounded to the nearest even.
TARGET_INLINE __m512i row_units(bool pairs, const float *row, long u, long k) {
    if (!pairs) return _mm512_maskz_loadu_epi32(lanes(k - u), row + u);
    __m512 low = _mm512_maskz_loadu_ps(lanes(k - 2 * u), row + 2 * u);
    __m512 high = _mm512_maskz_loadu_ps(lanes(k - 2 * u - 16), row + 2 * u + 16);
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

// The same of a stored weight row.
TARGET_INLINE __m512i weight_units(pb_element element, bool pairs, const void *row, long u, long k) {
    if (element == PB_FLOAT32) return _mm512_maskz_loadu_epi32(lanes(k - u), (const float *)row + u);
    const uint16_t *halves = row;
    if (pairs) {
        long left = k - 2 * u;
        return _mm512_maskz_loadu_epi16(
            left >= 32 ? 0xffffffff : left <= 0 ? 0 : (1u << left) - 1, halves + 2 * u);
    }
    __m256i narrow = _mm256_maskz_loadu_epi16(lanes(k - u), halves + u);
    if (element == PB_FLOAT16) return (__m512i)_mm512_cvtph_ps(narrow);
    return _mm512_slli_epi32(_mm512_cvtepu16_epi32(narrow), 16);
}

// Units first ..< first + count of up to 32 weight rows; out: [count, 32], zeros for what there is not.
TARGET_INLINE void pack_single(pb_element element, bool pairs, long rows, long first, long count,
                               const char *weights, long k, uint32_t *out) {
    size_t row_bytes = pb_bytes_of(element, k);
    for (long half = 0; half < panel_rows; half += 16) {
        for (long u = 0; u < count; u += 16) {
            __m512i r[16];
            UNROLL for (int i = 0; i < 16; i++) {
                r[i] = half + i < rows
                    ? weight_units(element, pairs, weights + (size_t)(half + i) * row_bytes, first + u, k)
                    : _mm512_setzero_si512();
            }
            transpose(r);
            long left = count - u < 16 ? count - u : 16;
            UNROLL for (int i = 0; i < 16; i++) {
                if (i < left) _mm512_store_si512(out + (u + i) * panel_rows + half, r[i]);
            }
        }
    }
}

// The same of blocks too, which are widened first: a stretch is whole blocks.
TARGET_INLINE void pack_panel(pb_element element, bool pairs, long rows, long first, long count,
                              const char *weights, long k, uint32_t *out) {
    if (!pb_is_blocked(element)) {
        pack_single(element, pairs, rows, first, count, weights, k, out);
        return;
    }
    _Alignas(64) float wide[panel_rows * pb_most_codes];
    for (long i = 0; i < rows; i++) {
        const char *row = weights + (size_t)i * pb_bytes_of(element, k);
        pb_widen_range(element, count, row + pb_bytes_of(element, first), wide + i * count);
    }
    pack_single(PB_FLOAT32, false, rows, 0, count, (const char *)wide, count, out);
}

// MARK: - Pieces

// A panel of a projection and the rows of x that it meets.
typedef struct {
    const char *weights;
    float *y;
    long n, columns, row, stop;
} piece;

TARGET_INLINE piece piece_at(const job *j, pb_element element, long number) {
    long index = number / j->row_pieces, row = number % j->row_pieces * j->piece_rows;
    const pb_projection *p = j->projections;
    for (; index >= (p->n + panel_rows - 1) / panel_rows; p++) index -= (p->n + panel_rows - 1) / panel_rows;
    long column = index * panel_rows, columns = p->n - column;
    return (piece){
        .weights = (const char *)p->weights + (size_t)column * pb_bytes_of(element, j->k),
        .y = p->y + column, .n = p->n, .columns = columns < panel_rows ? columns : panel_rows,
        .row = row, .stop = row + j->piece_rows < j->m ? row + j->piece_rows : j->m};
}

// The next piece of a thread is about as many further as there are threads; none behind the last.
TARGET_INLINE piece piece_after(const job *j, pb_element element, long number) {
    long next = number + j->workers;
    return next < j->pieces ? piece_at(j, element, next) : (piece){.columns = 0};
}

// Asks for a share of the weights that are packed next: rows of them lie far apart, and nothing else
// would fetch them in time.
TARGET_INLINE void prefetch(const job *j, pb_element element, const bool pairs, const piece *next, long first,
                            long share, long shares) {
    size_t row_bytes = pb_bytes_of(element, j->k), at = pb_bytes_of(element, pairs ? 2 * first : first);
    long units = j->units - first < j->stretch ? j->units - first : j->stretch;
    long lines = ((long)pb_bytes_of(element, pairs ? 2 * units : units) + 63) / 64, all = lines * next->columns;
    for (long i = all * share / shares; i < all * (share + 1) / shares; i++) {
        const char *row = next->weights + (size_t)(i / lines) * row_bytes;
        __builtin_prefetch(row + at + (size_t)(i % lines) * 64, 0, 2);
    }
}

#endif
