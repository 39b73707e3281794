#include "kernels.h"

typedef struct {
    float *p, *m, *v;
    const float *g;
    float rate, beta1, beta2, epsilon, decay, correction1, correction2;
} job;

PB_KERNEL static void adamw_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    float *p = j->p, *m = j->m, *v = j->v;
    const float *g = j->g;
    float b1 = j->beta1, b2 = j->beta2, shrink = 1.0f - j->rate * j->decay;
    float step = j->rate / j->correction1, root = 1.0f / sqrtf(j->correction2);
    for (long i = begin; i < end; i++) {
        m[i] = b1 * m[i] + (1.0f - b1) * g[i];
        v[i] = b2 * v[i] + (1.0f - b2) * g[i] * g[i];
        p[i] = p[i] * shrink - step * m[i] / (sqrtf(v[i]) * root + j->epsilon);
    }
}

void pb_adamw(long count, float *parameter, const float *gradient, float *first, float *second,
              float rate, float beta1, float beta2, float epsilon, float weight_decay,
              float correction1, float correction2) {
    job j = {parameter, first, second, gradient, rate, beta1, beta2, epsilon, weight_decay,
             correction1, correction2};
    pb_parallel(count, 1 << 14, adamw_part, &j);
}
