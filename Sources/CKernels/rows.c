#include "kernels.h"

void pb_gather_rows(pb_element element, long count, long width, const void *table,
                    const int32_t *ids, float *out) {
    size_t bytes = (size_t)width * (element == PB_FLOAT32 ? 4 : 2);
    for (long i = 0; i < count; i++) {
        pb_widen(element, width, (const char *)table + (size_t)ids[i] * bytes, out + i * width);
    }
}

PB_KERNEL void pb_scatter_add_rows(long count, long width, const float *rows, const int32_t *ids,
                                   float *table) {
    for (long i = 0; i < count; i++) {
        float *row = table + (long)ids[i] * width;
        for (long p = 0; p < width; p++) row[p] += rows[i * width + p];
    }
}

PB_KERNEL void pb_window_mean(long count, long width, const float *x, const int32_t *begin,
                              const int32_t *end, float *out) {
    for (long i = 0; i < count; i++) {
        float *y = out + i * width;
        memset(y, 0, (size_t)width * sizeof(float));
        float weight = end[i] > begin[i] ? 1.0f / (float)(end[i] - begin[i]) : 0;
        for (long r = begin[i]; r < end[i]; r++) {
            for (long p = 0; p < width; p++) y[p] += x[r * width + p] * weight;
        }
    }
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

typedef struct {
    long width;
    const float *logits, *weights, *lse;
    const int32_t *targets;
    float *losses, *lse_out, *gradient;
    int32_t *best;
} job;

static void argmax_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    for (long r = begin; r < end; r++) {
        const float *x = j->logits + r * j->width;
        long best = 0;
        for (long i = 1; i < j->width; i++) {
            if (x[i] > x[best]) best = i;
        }
        j->best[r] = (int32_t)best;
    }
}

void pb_argmax(long rows, long width, const float *x, int32_t *out) {
    job j = {.width = width, .logits = x, .best = out};
    pb_parallel(rows, 65536 / width + 1, argmax_part, &j);
}

PB_KERNEL static void loss_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    long n = j->width;
    for (long r = begin; r < end; r++) {
        const float *x = j->logits + r * n;
        float largest = x[0], sum = 0;
        for (long i = 0; i < n; i++) largest = x[i] > largest ? x[i] : largest;
        for (long i = 0; i < n; i++) sum += pb_exp(x[i] - largest);
        j->lse_out[r] = largest + logf(sum);
        j->losses[r] = j->lse_out[r] - x[j->targets[r]];
    }
}

void pb_cross_entropy(long rows, long width, const float *logits, const int32_t *targets,
                      float *losses, float *log_sum_exp) {
    job j = {.width = width, .logits = logits, .targets = targets, .losses = losses,
             .lse_out = log_sum_exp};
    pb_parallel(rows, 16384 / width + 1, loss_part, &j);
}

PB_KERNEL static void loss_backward_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    long n = j->width;
    for (long r = begin; r < end; r++) {
        const float *x = j->logits + r * n;
        float *d = j->gradient + r * n;
        float weight = j->weights[r], lse = j->lse[r];
        for (long i = 0; i < n; i++) d[i] += weight * pb_exp(x[i] - lse);
        d[j->targets[r]] -= weight;
    }
}

void pb_cross_entropy_backward(long rows, long width, const float *logits, const int32_t *targets,
                               const float *weights, const float *log_sum_exp, float *gradient) {
    job j = {.width = width, .logits = logits, .targets = targets, .weights = weights,
             .lse = log_sum_exp, .gradient = gradient};
    pb_parallel(rows, 16384 / width + 1, loss_backward_part, &j);
}
