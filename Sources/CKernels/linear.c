// Rows times stored weights, transposed. This file chooses what computes them: few rows take dot products
// (linear_few.c, linear_blocks.c), many rows products of tiles (linear_tiles.c) or of packed panels
// (linear_packed.c) where the processor has them, and OpenBLAS elsewhere (linear_widened.c, matrix.c).
#include "blocks.h"

enum { few_rows = 8 };

void pb_linear(pb_element element, bool rounding, long m, long k, const float *x, long count,
               const pb_projection *projections) {
    if (m < 1 || k < 1) {
        for (long i = 0; i < count; i++) {
            memset(projections[i].y, 0, (size_t)(m * projections[i].n) * sizeof(float));
        }
    } else if (m <= few_rows && pb_is_blocked(element) && rounding && pb_has_whole_products()) {
        pb_linear_blocks(element, m, k, x, count, projections);
    } else if (m <= few_rows) {
        pb_linear_few(element, m, k, x, count, projections);
    } else if (element == PB_BFLOAT16 && rounding && pb_has_bfloat16_tiles()) {
        pb_linear_tiles(m, k, x, count, projections);
    } else if (pb_has_packed_products()) {
        pb_linear_packed(element, rounding, m, k, x, count, projections);
    } else {
        for (long i = 0; i < count; i++) {
            const pb_projection *p = projections + i;
            if (element == PB_FLOAT32) {
                pb_gemm(false, true, m, p->n, k, 1, x, k, p->weights, k, 0, p->y, p->n);
            } else {
                pb_linear_widened(element, m, k, x, *p);
            }
        }
    }
}
