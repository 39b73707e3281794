// Rows times stored weights by products of packed panels (AVX-512), for many rows. Elsewhere OpenBLAS
// and `pb_linear_widened` do the same work.
//
// Everything is laid out in units of 32 bits: a float, or a pair of bfloat16 numbers of neighbouring
// columns for processors that multiply and add such pairs (AVX512-BF16). Rows of x are laid out once
// for all projections, in blocks of 14: for each column the units of all rows. A panel of 32 weight
// rows is turned the same way, a stretch of columns at a time that stays in the first-level cache; the
// 14 x 32 sums stay in registers. Panels are small pieces of work, so that threads end together.
#include "stored.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define FEATURES "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16"
#define TARGET __attribute__((target(FEATURES)))
#define TARGET_INLINE static inline __attribute__((always_inline, target(FEATURES)))
#define UNROLL _Pragma("clang loop unroll(full)")

enum { block_rows = 14, panel_rows = 32, stretch = 256, piece_blocks = 36 };  // the last: about what a piece has

bool pb_has_packed_products(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

bool pb_has_bfloat16_products(void) {
    return pb_has_packed_products() && __builtin_cpu_supports("avx512bf16");
}

typedef struct {
    pb_element element;
    bool pairs;         // whether units are pairs of bfloat16
    long m, k, units;
    const float *x;
    uint32_t *packed;   // blocks of rows, each [units, rows of the block]
    const pb_projection *projections;
    long piece_rows, row_pieces, pieces;
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
        return _mm512_maskz_loadu_epi16(left >= 32 ? 0xffffffff : (1u << left) - 1, halves + 2 * u);
    }
    __m256i narrow = _mm256_maskz_loadu_epi16(lanes(k - u), halves + u);
    if (element == PB_FLOAT16) return (__m512i)_mm512_cvtph_ps(narrow);
    return _mm512_slli_epi32(_mm512_cvtepu16_epi32(narrow), 16);
}

TARGET_INLINE void pack_row_blocks(const job *j, bool pairs, long begin, long end) {
    for (long block = begin; block < end; block++) {
        long first = block * block_rows, rows = j->m - first < block_rows ? j->m - first : block_rows;
        uint32_t *out = j->packed + first * j->units;
        for (long u = 0; u < j->units; u += 16) {
            __m512i r[16];
            UNROLL for (int i = 0; i < 16; i++) {
                r[i] = i < rows ? row_units(pairs, j->x + (first + i) * j->k, u, j->k) : _mm512_setzero_si512();
            }
            transpose(r);
            long left = j->units - u < 16 ? j->units - u : 16;
            UNROLL for (int i = 0; i < 16; i++) {
                if (i < left) _mm512_mask_storeu_epi32(out + (u + i) * rows, lanes(rows), r[i]);
            }
        }
    }
}

TARGET static void pack_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    if (j->pairs) pack_row_blocks(j, true, begin, end);
    else pack_row_blocks(j, false, begin, end);
}

// Units first ..< first + count of up to 32 weight rows; out: [count, 32], zeros for rows that are not.
TARGET_INLINE void pack_panel(pb_element element, bool pairs, long rows, long first, long count,
                              const char *weights, long k, uint32_t *out) {
    size_t row_bytes = (size_t)k * pb_element_size(element);
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

// MARK: - Product

// y[rows, 32] = or += a b; a: [units, rows], b: [units, 32]; the columns that y has by two masks.
TARGET_INLINE void product(const bool pairs, const int rows, long units, const uint32_t *a,
                           const uint32_t *b, bool add, __mmask16 low, __mmask16 high, float *y, long stride) {
    __m512 first[block_rows], second[block_rows];
    UNROLL for (int i = 0; i < rows; i++) first[i] = second[i] = _mm512_setzero_ps();
    for (long u = 0; u < units; u++, a += rows, b += panel_rows) {
        __m512i b0 = _mm512_load_si512(b), b1 = _mm512_load_si512(b + 16);
        UNROLL for (int i = 0; i < rows; i++) {
            __m512i unit = _mm512_set1_epi32((int)a[i]);
            if (pairs) {
                first[i] = _mm512_dpbf16_ps(first[i], (__m512bh)unit, (__m512bh)b0);
                second[i] = _mm512_dpbf16_ps(second[i], (__m512bh)unit, (__m512bh)b1);
            } else {
                first[i] = _mm512_fmadd_ps((__m512)unit, (__m512)b0, first[i]);
                second[i] = _mm512_fmadd_ps((__m512)unit, (__m512)b1, second[i]);
            }
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
        .weights = (const char *)p->weights + (size_t)(column * j->k) * pb_element_size(element),
        .y = p->y + column, .n = p->n, .columns = columns < panel_rows ? columns : panel_rows,
        .row = row, .stop = row + j->piece_rows < j->m ? row + j->piece_rows : j->m};
}

// Asks for a share of the weights that are packed next: rows of them lie far apart, and nothing else
// would fetch them in time.
TARGET_INLINE void prefetch(const job *j, pb_element element, const bool pairs, const piece *next, long first,
                            long share, long shares) {
    size_t unit = pb_element_size(element) * (pairs ? 2 : 1), row_bytes = (size_t)j->k * pb_element_size(element);
    long units = j->units - first < stretch ? j->units - first : stretch;
    long lines = (units * (long)unit + 63) / 64, all = lines * next->columns;
    for (long i = all * share / shares; i < all * (share + 1) / shares; i++) {
        const char *row = next->weights + (size_t)(i / lines) * row_bytes;
        __builtin_prefetch(row + (size_t)first * unit + (size_t)(i % lines) * 64, 0, 2);
    }
}

TARGET_INLINE void piece_product(const job *j, pb_element element, const bool pairs, piece own, piece next) {
    _Alignas(64) uint32_t panel[stretch * panel_rows];
    __mmask16 low = lanes(own.columns), high = lanes(own.columns - 16);
    long blocks = (own.stop - own.row + block_rows - 1) / block_rows;
    for (long u = 0; u < j->units; u += stretch) {
        long units = j->units - u < stretch ? j->units - u : stretch;
        bool is_last = u + stretch >= j->units;
        pack_panel(element, pairs, own.columns, u, units, own.weights, j->k, panel);
        for (long block = 0; block < blocks; block++) {
            prefetch(j, element, pairs, is_last ? &next : &own, is_last ? 0 : u + stretch, block, blocks);
            long r = own.row + block * block_rows, rows = own.stop - r < block_rows ? own.stop - r : block_rows;
            const uint32_t *a = j->packed + r * j->units + u * rows;
            float *y = own.y + r * own.n;
#define ROWS(count) case count: product(pairs, count, units, a, panel, u > 0, low, high, y, own.n); break;
            switch (rows) {
            ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7)
            ROWS(8) ROWS(9) ROWS(10) ROWS(11) ROWS(12) ROWS(13) ROWS(14)
            }
        }
    }
}

// The next piece of a thread is about as many further as there are threads.
TARGET_INLINE void product_pieces(const job *j, pb_element element, const bool pairs, long begin, long end) {
    for (long i = begin; i < end; i++) {
        long further = i + pb_threads();
        piece none = {.columns = 0};
        piece_product(j, element, pairs, piece_at(j, element, i),
                      further < j->pieces ? piece_at(j, element, further) : none);
    }
}

TARGET static void float32_part(long begin, long end, int worker, void *context) {
    product_pieces(context, PB_FLOAT32, false, begin, end);
}

TARGET static void float16_part(long begin, long end, int worker, void *context) {
    product_pieces(context, PB_FLOAT16, false, begin, end);
}

TARGET static void bfloat16_part(long begin, long end, int worker, void *context) {
    product_pieces(context, PB_BFLOAT16, false, begin, end);
}

TARGET static void bfloat16_pairs_part(long begin, long end, int worker, void *context) {
    product_pieces(context, PB_BFLOAT16, true, begin, end);
}

static pb_body part_of(const job *j) {
    switch (j->element) {
    case PB_FLOAT32: return float32_part;
    case PB_FLOAT16: return float16_part;
    case PB_BFLOAT16: return j->pairs ? bfloat16_pairs_part : bfloat16_part;
    }
    return NULL;
}

void pb_linear_packed(pb_element element, bool rounding, long m, long k, const float *x, long count,
                      const pb_projection *projections) {
    job j = {.element = element, .m = m, .k = k, .x = x, .projections = projections};
    j.pairs = element == PB_BFLOAT16 && rounding && pb_has_bfloat16_products();
    j.units = j.pairs ? (k + 1) / 2 : k;
    j.packed = (uint32_t *)pb_allocate((size_t)(m * j.units));
    if (!j.packed) __builtin_trap();
    pb_parallel((m + block_rows - 1) / block_rows, 4, pack_part, &j);
    long blocks = (m + block_rows - 1) / block_rows, panels = 0;
    j.row_pieces = (blocks + piece_blocks / 2) / piece_blocks;
    if (j.row_pieces < 1) j.row_pieces = 1;
    j.piece_rows = (blocks + j.row_pieces - 1) / j.row_pieces * block_rows;
    for (long i = 0; i < count; i++) panels += (projections[i].n + panel_rows - 1) / panel_rows;
    j.pieces = panels * j.row_pieces;
    pb_parallel(j.pieces, 1, part_of(&j), &j);
    pb_free(j.packed);
}

#else

bool pb_has_packed_products(void) { return false; }
bool pb_has_bfloat16_products(void) { return false; }

void pb_linear_packed(pb_element element, bool rounding, long m, long k, const float *x, long count,
                      const pb_projection *projections) {
    for (long i = 0; i < count; i++) pb_linear_widened(element, m, k, x, projections[i]);
}

#endif
