// The two limits of a forward pass: how fast memory is read, and how fast OpenBLAS multiplies.
#include "kernels.h"
#include <cblas.h>
#include <stdatomic.h>

typedef struct {
    const uint64_t *memory;
    _Atomic(uint64_t) sum;
} job;

PB_KERNEL static uint64_t read_part(size_t count, const uint64_t *memory) {
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) sum += memory[i];
    return sum;
}

static void read_body(long begin, long end, int worker, void *context) {
    job *j = context;
    atomic_fetch_add(&j->sum, read_part((size_t)(end - begin), j->memory + begin));
}

uint64_t pb_read_all(size_t count, const uint64_t *memory) {
    job j = {memory, 0};
    pb_parallel((long)count, 1 << 17, read_body, &j);
    return j.sum;
}

typedef struct {
    int size;
    const float *a, *b;
    float *c;
} product_job;

static void product_part(long begin, long end, int worker, void *context) {
    const product_job *j = context;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)(end - begin), j->size, j->size, 1,
                j->a + begin * j->size, j->size, j->b, j->size, 0, j->c + begin * j->size, j->size);
}

void pb_openblas_product(int size, int threads, const float *a, const float *b, float *c) {
    product_job j = {size, a, b, c};
    pb_parallel_by(threads, size, (size + threads - 1) / threads, product_part, &j);
}
