// Rows times bfloat16 weights by products of tiles (AMX), for many rows, with sums in float32.
//
// Rows of x are rounded and laid out once for all projections as tiles, [16 rows, 16 pairs], those of the
// same rows one behind the other. Two of them meet two tiles of a panel, which leaves four tiles of sums.
#include "stored.h"

#if defined(__x86_64__) && defined(__linux__)
#include "tiles.h"

enum { most_stretch = 320 };   // pairs of 32 columns: 40 KB, in the first-level cache

// MARK: - Layout

TARGET static void pack_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    for (long i = begin; i < end; i++) {
        long row = i * tile_rows;
        pack_tile_row(j->x + row * j->k, j->k, j->m - row, j->k, j->units, 1, j->packed + row * j->units);
    }
}

// MARK: - Product

// `product` where y has fewer rows or columns.
TARGET static void edge_product(product_operands operands, bool add, float *y, long stride, long rows, long columns) {
    _Alignas(64) float sums[block_rows * panel_rows];
    product(operands, false, sums, panel_rows);
    __mmask16 low = lanes(columns), high = lanes(columns - 16);
    for (long i = 0; i < rows; i++, y += stride) {
        __m512 left = _mm512_load_ps(sums + i * panel_rows), right = _mm512_load_ps(sums + i * panel_rows + 16);
        if (add) {
            left = _mm512_add_ps(left, _mm512_maskz_loadu_ps(low, y));
            right = _mm512_add_ps(right, _mm512_maskz_loadu_ps(high, y + 16));
        }
        _mm512_mask_storeu_ps(y, low, left);
        _mm512_mask_storeu_ps(y + 16, high, right);
    }
}

TARGET static void piece_product(const job *j, piece own, piece next) {
    _Alignas(64) uint32_t panel[most_stretch * panel_rows];
    long blocks = (own.stop - own.row + block_rows - 1) / block_rows;
    for (long u = 0; u < j->units; u += j->stretch) {
        long units = j->units - u < j->stretch ? j->units - u : j->stretch;
        bool is_last = u + j->stretch >= j->units;
        pack_panel(PB_BFLOAT16, true, own.columns, u, units, own.weights, j->k, panel);
        for (long block = 0; block < blocks; block++) {
            prefetch(j, PB_BFLOAT16, true, is_last ? &next : &own, is_last ? 0 : u + j->stretch, block, blocks);
            long row = own.row + block * block_rows, rows = own.stop - row;
            const uint32_t *a = j->packed + row * j->units + u * tile_rows;
            product_operands operands = {
                .steps = units / tile_units, .a = a, .a_second = a + tile_rows * j->units, .b = panel,
                .b_second = panel + tile_units, .b_step = tile_units * panel_rows, .b_row = panel_rows};
            float *y = own.y + row * own.n;
            if (rows >= block_rows && own.columns == panel_rows) product(operands, u > 0, y, own.n);
            else edge_product(operands, u > 0, y, own.n, rows < block_rows ? rows : block_rows, own.columns);
        }
    }
}

TARGET static void product_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    configure_tiles();
    for (long i = begin; i < end; i++) {
        piece_product(j, piece_at(j, PB_BFLOAT16, i), piece_after(j, PB_BFLOAT16, i));
    }
    _tile_release();
}

void pb_linear_tiles(long m, long k, const float *x, long count, const pb_projection *projections) {
    job j = {.element = PB_BFLOAT16, .pairs = true, .m = m, .k = k, .workers = pb_threads(), .x = x,
             .projections = projections};
    j.units = (k + 2 * tile_units - 1) / (2 * tile_units) * tile_units;
    // Stretches of one length: a short one would read and write all sums for little.
    long stretches = (j.units + most_stretch - 1) / most_stretch;
    j.stretch = (j.units / tile_units + stretches - 1) / stretches * tile_units;
    long padded = (m + block_rows - 1) / block_rows * block_rows;
    j.packed = (uint32_t *)pb_allocate((size_t)(padded * j.units));
    if (!j.packed) __builtin_trap();
    pb_parallel(padded / tile_rows, 4, pack_part, &j);
    cut_into_pieces(&j, count, block_rows, 16 * block_rows);
    pb_parallel_by(j.workers, j.pieces, 1, product_part, &j);
    pb_free(j.packed);
}

#else

void pb_linear_tiles(long m, long k, const float *x, long count, const pb_projection *projections) {
    __builtin_trap();
}

#endif
