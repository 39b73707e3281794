// Products of tiles of bfloat16 numbers (AMX): 16 rows, 16 columns and 16 pairs of numbers at a time.
#ifndef PB_TILES_H
#define PB_TILES_H

#include "packed.h"

#define TARGET __attribute__((target(FEATURES ",amx-tile,amx-bf16")))

enum { tile_rows = 16, tile_units = 16, tile_size = tile_rows * tile_units, block_rows = 2 * tile_rows };

// Of the calling thread; `_tile_release` undoes it.
TARGET static void configure_tiles(void) {
    struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    } tiles = {.palette = 1};
    for (int i = 0; i < 8; i++) tiles.row_bytes[i] = tile_units * sizeof(uint32_t), tiles.rows[i] = tile_rows;
    _tile_loadconfig(&tiles);
}

// A row of tiles: `count` numbers of each of 16 rows times `scale`, zeros behind them and behind the rows.
TARGET static void pack_tile_row(const float *x, long stride, long rows, long count, long units, float scale,
                                 uint32_t *out) {
    __m512 factor = _mm512_set1_ps(scale);
    for (long c = 0; c < 2 * units; c += 2 * tile_units) {
        for (long row = 0; row < tile_rows; row++, out += tile_units) {
            __m512 low = _mm512_setzero_ps(), high = low;
            if (row < rows) {
                low = _mm512_maskz_loadu_ps(lanes(count - c), x + row * stride + c);
                high = _mm512_maskz_loadu_ps(lanes(count - c - 16), x + row * stride + c + 16);
            }
            low = _mm512_mul_ps(low, factor);
            high = _mm512_mul_ps(high, factor);
            _mm512_store_si512(out, (__m512i)_mm512_cvtne2ps_pbh(high, low));
        }
    }
}

// Two rows of tiles of a, one tile behind the other, and two columns of tiles of b.
typedef struct {
    long steps;                       // tiles in a row of a
    const uint32_t *a, *a_second;
    const uint32_t *b, *b_second;
    long b_step, b_row;               // from a tile to the one below, from a row of a tile to the next
} product_operands;

// Asks for a tile that is loaded two steps later: a comes from the second-level cache.
TARGET static inline void fetch_tile(const uint32_t *tile) {
    UNROLL for (int i = 0; i < tile_rows; i++) __builtin_prefetch(tile + i * tile_units);
}

// y[32, 32] = or += a b, with rows of y `stride` floats apart.
TARGET static inline void product(product_operands o, bool add, float *y, long stride) {
    long y_row = stride * (long)sizeof(float), b_row = o.b_row * (long)sizeof(uint32_t);
    enum { a_row = tile_units * sizeof(uint32_t) };
    float *low = y + tile_rows * stride;
    if (add) {
        _tile_loadd(0, y, y_row);
        _tile_loadd(1, y + tile_units, y_row);
        _tile_loadd(2, low, y_row);
        _tile_loadd(3, low + tile_units, y_row);
    } else {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
    for (long i = 0; i < o.steps; i++) {
        fetch_tile(o.a + (i + 2) * tile_size);
        fetch_tile(o.a_second + (i + 2) * tile_size);
        _tile_loadd(4, o.b + i * o.b_step, b_row);
        _tile_loadd(5, o.b_second + i * o.b_step, b_row);
        _tile_loadd(6, o.a + i * tile_size, a_row);
        _tile_dpbf16ps(0, 6, 4);
        _tile_dpbf16ps(1, 6, 5);
        _tile_loadd(7, o.a_second + i * tile_size, a_row);
        _tile_dpbf16ps(2, 7, 4);
        _tile_dpbf16ps(3, 7, 5);
    }
    _tile_stored(0, y, y_row);
    _tile_stored(1, y + tile_units, y_row);
    _tile_stored(2, low, y_row);
    _tile_stored(3, low + tile_units, y_row);
}

#endif
