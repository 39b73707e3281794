// Many rows times 16-bit weights or blocks of fewer bits by OpenBLAS, on any processor.
#include "stored.h"
#include <cblas.h>

enum { panel = 64 };

typedef struct {
    pb_element element;
    long m, k;
    const float *x;
    pb_projection projection;
} widened_job;

PB_KERNEL static void widen_panel(pb_element element, long count, const void *source, float *out) {
    pb_widen_range(element, count, source, out);
}

// Weights are widened a panel at a time, which stays in cache for its product.
static void widened_part(long begin, long end, int worker, void *context) {
    const widened_job *j = context;
    long rows = end - begin;
    float *wide = pb_allocate((size_t)(rows * j->k));
    if (!wide) __builtin_trap();
    const char *weights = j->projection.weights;
    widen_panel(j->element, rows * j->k, weights + pb_bytes_of(j->element, begin * j->k), wide);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)j->m, (int)rows, (int)j->k, 1, j->x,
                (int)j->k, wide, (int)j->k, 0, j->projection.y + begin, (int)j->projection.n);
    pb_free(wide);
}

void pb_linear_widened(pb_element element, long m, long k, const float *x, pb_projection projection) {
    widened_job job = {element, m, k, x, projection};
    long n = projection.n;
    pb_parallel(n, n > 4 * panel ? panel * 2 : panel, widened_part, &job);
}
