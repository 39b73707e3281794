// What becomes of a row of logits: the best token, its loss and its gradient.
#include "kernels.h"

typedef struct {
    long width;
    const float *logits, *weights, *lse;
    const int32_t *targets;
    float *losses, *lse_out, *gradient;
    bool accumulate;
    int32_t *best;
} job;

PB_KERNEL static void argmax_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    for (long r = begin; r < end; r++) {
        const float *x = j->logits + r * j->width;
        float largest = pb_largest(j->width, x);
        long best = 0;
        while (best < j->width - 1 && x[best] != largest) best++;
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
        float largest = pb_largest(n, x), sum = 0;
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
        if (j->accumulate) {
            for (long i = 0; i < n; i++) d[i] += weight * pb_exp(x[i] - lse);
        } else {
            for (long i = 0; i < n; i++) d[i] = weight * pb_exp(x[i] - lse);
        }
        d[j->targets[r]] -= weight;
    }
}

void pb_cross_entropy_backward(long rows, long width, const float *logits, const int32_t *targets,
                               const float *weights, const float *log_sum_exp, float *gradient,
                               bool accumulate) {
    job j = {.width = width, .logits = logits, .targets = targets, .weights = weights,
             .lse = log_sum_exp, .gradient = gradient, .accumulate = accumulate};
    pb_parallel(rows, 16384 / width + 1, loss_backward_part, &j);
}
