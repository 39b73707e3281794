#include "kernels.h"

typedef struct {
    long width;
    float epsilon;
    const float *x, *weight, *upstream, *inverse_rms_in;
    float *out, *inverse_rms;
    long rows;
    bool accumulate;
} job;

PB_KERNEL static void forward_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    long n = j->width;
    for (long r = begin; r < end; r++) {
        const float *x = j->x + r * n;
        float *y = j->out + r * n;
        float inverse = 1.0f / sqrtf(pb_dot(n, x, x) / (float)n + j->epsilon);
        j->inverse_rms[r] = inverse;
        for (long i = 0; i < n; i++) y[i] = x[i] * inverse * j->weight[i];
    }
}

void pb_rms_norm(long rows, long width, float epsilon, const float *x, const float *weight,
                 float *out, float *inverse_rms) {
    job j = {.width = width, .epsilon = epsilon, .x = x, .weight = weight, .out = out,
             .inverse_rms = inverse_rms};
    pb_parallel(rows, 8192 / width + 1, forward_part, &j);
}

PB_KERNEL static void backward_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    long n = j->width;
    for (long r = begin; r < end; r++) {
        const float *x = j->x + r * n, *d = j->upstream + r * n, *w = j->weight;
        float *dx = j->out + r * n;
        float inverse = j->inverse_rms_in[r], dot = 0;
        for (long i = 0; i < n; i++) dot += d[i] * w[i] * x[i];
        float shift = dot * inverse * inverse / (float)n;
        if (j->accumulate) {
            for (long i = 0; i < n; i++) dx[i] += inverse * (d[i] * w[i] - x[i] * shift);
        } else {
            for (long i = 0; i < n; i++) dx[i] = inverse * (d[i] * w[i] - x[i] * shift);
        }
    }
}

// Every row adds to one weight's gradient, so that threads share columns, not rows.
PB_KERNEL static void weight_backward_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    long n = j->width;
    for (long r = 0; r < j->rows; r++) {
        const float *x = j->x + r * n, *d = j->upstream + r * n;
        float inverse = j->inverse_rms_in[r];
        for (long i = begin; i < end; i++) j->out[i] += d[i] * x[i] * inverse;
    }
}

void pb_rms_norm_backward(long rows, long width, const float *x, const float *weight,
                          const float *inverse_rms, const float *upstream, float *x_gradient,
                          bool accumulate, float *weight_gradient) {
    job j = {.width = width, .x = x, .weight = weight, .upstream = upstream,
             .inverse_rms_in = inverse_rms, .out = x_gradient, .rows = rows, .accumulate = accumulate};
    if (x_gradient) pb_parallel(rows, 8192 / width + 1, backward_part, &j);
    j.out = weight_gradient;
    if (weight_gradient) pb_parallel(width, rows < 64 ? width : 64, weight_backward_part, &j);
}
