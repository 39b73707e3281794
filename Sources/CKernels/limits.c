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

void pb_openblas_product(int size, int threads, const float *a, const float *b, float *c) {
    openblas_set_num_threads(threads);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, size, size, size, 1, a, size, b, size, 0, c, size);
    openblas_set_num_threads(1);
}
