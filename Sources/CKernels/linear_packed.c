// Rows times stored weights by products of packed panels (AVX-512), for many rows.
//
// Pairs of bfloat16 numbers are for processors that multiply and add such pairs (AVX512-BF16). Rows of x
// are laid out once for all projections, in blocks of 14: for each column the units of all rows. The
// 14 x 32 sums of a block and a panel stay in registers.
#include "stored.h"

#if defined(__x86_64__)
#include "packed.h"

#define TARGET __attribute__((target(FEATURES)))

enum { block_rows = 14, stretch = pb_most_codes };

// MARK: - Layout

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

TARGET_INLINE void product_pieces(const job *j, pb_element element, const bool pairs, long begin, long end) {
    for (long i = begin; i < end; i++) {
        piece_product(j, element, pairs, piece_at(j, element, i), piece_after(j, element, i));
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

TARGET static void blocks_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    product_pieces(j, j->element, false, begin, end);
}

static pb_body part_of(const job *j) {
    switch (j->element) {
    case PB_FLOAT32: return float32_part;
    case PB_FLOAT16: return float16_part;
    case PB_BFLOAT16: return j->pairs ? bfloat16_pairs_part : bfloat16_part;
    default: return blocks_part;
    }
}

void pb_linear_packed(pb_element element, bool rounding, long m, long k, const float *x, long count,
                      const pb_projection *projections) {
    job j = {.element = element, .m = m, .k = k, .stretch = stretch, .workers = pb_threads(), .x = x,
             .projections = projections};
    j.pairs = element == PB_BFLOAT16 && rounding && pb_has_bfloat16_products();
    j.units = j.pairs ? (k + 1) / 2 : k;
    j.packed = (uint32_t *)pb_allocate((size_t)(m * j.units));
    if (!j.packed) __builtin_trap();
    pb_parallel((m + block_rows - 1) / block_rows, 4, pack_part, &j);
    cut_into_pieces(&j, count, block_rows, 36 * block_rows);
    pb_parallel_by(j.workers, j.pieces, 1, part_of(&j), &j);
    pb_free(j.packed);
}

#else

void pb_linear_packed(pb_element element, bool rounding, long m, long k, const float *x, long count,
                      const pb_projection *projections) {
    __builtin_trap();
}

#endif
