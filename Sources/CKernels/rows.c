#include "stored.h"

typedef struct {
    pb_element element;
    long width, count;
    const void *table;
    const float *x;
    const int32_t *ids, *begin, *end;
    float *out;
} row_job;

// MARK: - Gather, scatter

PB_KERNEL static void widen_part(long begin, long end, int worker, void *context) {
    const row_job *j = context;
    pb_widen_range(j->element, end - begin,
                   (const char *)j->table + pb_bytes_of(j->element, begin), j->out + begin);
}

void pb_widen(pb_element element, long count, const void *source, float *out) {
    row_job job = {.element = element, .table = source, .out = out};
    pb_parallel(count, 1 << 16, widen_part, &job);
}

PB_KERNEL static void gather_part(long begin, long end, int worker, void *context) {
    const row_job *j = context;
    size_t bytes = pb_bytes_of(j->element, j->width);
    for (long i = begin; i < end; i++) {
        pb_widen_range(j->element, j->width, (const char *)j->table + (size_t)j->ids[i] * bytes,
                       j->out + i * j->width);
    }
}

void pb_gather_rows(pb_element element, long count, long width, const void *table,
                    const int32_t *ids, float *out) {
    row_job job = {.element = element, .width = width, .table = table, .ids = ids, .out = out};
    pb_parallel(count, 16384 / (width + 1) + 1, gather_part, &job);
}

typedef struct {
    pb_element element;
    long heads, width, capacity;
    const float *x;
    const int32_t *to;
    void *out;
} head_job;

PB_KERNEL static void heads_part(long begin, long end, int worker, void *context) {
    const head_job *j = context;
    for (long i = begin; i < end; i++) {
        for (long head = 0; head < j->heads; head++) {
            const float *x = j->x + (i * j->heads + head) * j->width;
            long at = (head * j->capacity + j->to[i]) * j->width;
            if (j->element == PB_BFLOAT16) {
                uint16_t *out = (uint16_t *)j->out + at;
                for (long p = 0; p < j->width; p++) out[p] = pb_bfloat16_of(x[p]);
            } else {
                memcpy((float *)j->out + at, x, (size_t)j->width * sizeof(float));
            }
        }
    }
}

void pb_store_heads(pb_element element, long rows, long heads, long width, const float *x,
                    const int32_t *to, long capacity, void *out) {
    head_job job = {element, heads, width, capacity, x, to, out};
    pb_parallel(rows, 16384 / (heads * width + 1) + 1, heads_part, &job);
}

// Several rows may go to one row of the table, so that threads share columns, not rows.
PB_KERNEL static void scatter_part(long begin, long end, int worker, void *context) {
    const row_job *j = context;
    for (long i = 0; i < j->count; i++) {
        float *row = j->out + (long)j->ids[i] * j->width;
        const float *x = j->x + i * j->width;
        for (long p = begin; p < end; p++) row[p] += x[p];
    }
}

void pb_scatter_add_rows(long count, long width, const float *rows, const int32_t *ids, float *table) {
    row_job job = {.width = width, .count = count, .x = rows, .ids = ids, .out = table};
    pb_parallel(width, count < 64 ? width : 64, scatter_part, &job);
}

// MARK: - Means over windows

PB_KERNEL static void mean_part(long begin, long end, int worker, void *context) {
    const row_job *j = context;
    for (long i = begin; i < end; i++) {
        float *y = j->out + i * j->width;
        memset(y, 0, (size_t)j->width * sizeof(float));
        float weight = j->end[i] > j->begin[i] ? 1.0f / (float)(j->end[i] - j->begin[i]) : 0;
        for (long r = j->begin[i]; r < j->end[i]; r++) {
            for (long p = 0; p < j->width; p++) y[p] += j->x[r * j->width + p] * weight;
        }
    }
}

void pb_window_mean(long count, long width, const float *x, const int32_t *begin,
                    const int32_t *end, float *out) {
    row_job job = {.width = width, .x = x, .begin = begin, .end = end, .out = out};
    pb_parallel(count, 16, mean_part, &job);
}

PB_KERNEL void pb_window_mean_backward(long count, long width, const float *upstream,
                                       const int32_t *begin, const int32_t *end, float *x_gradient) {
    for (long i = 0; i < count; i++) {
        const float *d = upstream + i * width;
        float weight = end[i] > begin[i] ? 1.0f / (float)(end[i] - begin[i]) : 0;
        for (long r = begin[i]; r < end[i]; r++) {
            for (long p = 0; p < width; p++) x_gradient[r * width + p] += d[p] * weight;
        }
    }
}
