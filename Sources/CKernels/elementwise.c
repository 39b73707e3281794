#include "kernels.h"

enum { grain = 1 << 14 };

typedef struct {
    float scalar;
    bool accumulate;
    const float *a, *b, *c;
    float *out, *out2;
} job;

PB_KERNEL static void axpy_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    const float *x = j->a;
    float *y = j->out, alpha = j->scalar;
    for (long i = begin; i < end; i++) y[i] += alpha * x[i];
}

void pb_axpy(long count, float alpha, const float *x, float *y) {
    job j = {.scalar = alpha, .a = x, .out = y};
    pb_parallel(count, grain, axpy_part, &j);
}

PB_KERNEL static void add_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    const float *a = j->a, *b = j->b;
    float *y = j->out, scale = j->scalar;
    for (long i = begin; i < end; i++) y[i] = a[i] + scale * b[i];
}

void pb_add(long count, const float *a, float scale, const float *b, float *y) {
    job j = {.scalar = scale, .a = a, .b = b, .out = y};
    pb_parallel(count, grain, add_part, &j);
}

PB_KERNEL static void multiply_part(long begin, long end, int worker, void *context) {
    const job *j = context;
    const float *a = j->a, *b = j->b;
    float *y = j->out;
    if (j->accumulate) {
        for (long i = begin; i < end; i++) y[i] += a[i] * b[i];
    } else {
        for (long i = begin; i < end; i++) y[i] = a[i] * b[i];
    }
}

void pb_multiply(long count, const float *a, const float *b, float *y, bool accumulate) {
    job j = {.accumulate = accumulate, .a = a, .b = b, .out = y};
    pb_parallel(count, grain, multiply_part, &j);
}

PB_KERNEL void pb_add_row(long rows, long width, const float *bias, float *y) {
    for (long r = 0; r < rows; r++) {
        for (long i = 0; i < width; i++) y[r * width + i] += bias[i];
    }
}

PB_KERNEL void pb_sum_rows(long rows, long width, const float *x, float *out) {
    for (long r = 0; r < rows; r++) {
        for (long i = 0; i < width; i++) out[i] += x[r * width + i];
    }
}

PB_KERNEL double pb_sum_of_squares(long count, const float *x) {
    double total = 0;
    for (long begin = 0; begin < count; begin += 4096) {
        long end = begin + 4096 < count ? begin + 4096 : count;
        float sum = 0;
        for (long i = begin; i < end; i++) sum += x[i] * x[i];
        total += sum;
    }
    return total;
}

// MARK: - Gated units

// A gate's g / (1 + e^-u) and its slope: u is g itself for SiLU; for GELU by the hyperbolic tangent,
// g (1 + tanh u) / 2, it is that u twice.
static const float gelu_linear = 1.5957691216f, gelu_cubic = 0.0713548163f;
PB_INLINE float gate_argument(bool gelu, float g) { return gelu ? g * (gelu_linear + gelu_cubic * g * g) : g; }
PB_INLINE float gate_slope(bool gelu, float g) { return gelu ? gelu_linear + 3.0f * gelu_cubic * g * g : 1.0f; }

PB_INLINE void gate_range(bool gelu, const job *j, long begin, long end) {
    const float *g = j->a, *u = j->b;
    float *out = j->out;
    for (long i = begin; i < end; i++) out[i] = g[i] * u[i] / (1.0f + pb_exp(-gate_argument(gelu, g[i])));
}

PB_INLINE void gate_range_backward(bool gelu, const job *j, long begin, long end) {
    const float *g = j->a, *u = j->b, *d = j->c;
    float *dg = j->out, *du = j->out2;
    for (long i = begin; i < end; i++) {
        float s = 1.0f / (1.0f + pb_exp(-gate_argument(gelu, g[i])));
        float gate = d[i] * u[i] * s * (1.0f + g[i] * (1.0f - s) * gate_slope(gelu, g[i])), up = d[i] * g[i] * s;
        dg[i] = j->accumulate ? dg[i] + gate : gate;
        du[i] = j->accumulate ? du[i] + up : up;
    }
}

#define GATE(name, gelu) \
    PB_KERNEL static void name##_part(long begin, long end, int worker, void *context) { \
        gate_range(gelu, context, begin, end); \
    } \
    PB_KERNEL static void name##_backward_part(long begin, long end, int worker, void *context) { \
        gate_range_backward(gelu, context, begin, end); \
    } \
    void pb_##name(long count, const float *gate, const float *up, float *out) { \
        job j = {.a = gate, .b = up, .out = out}; \
        pb_parallel(count, grain, name##_part, &j); \
    } \
    void pb_##name##_backward(long count, const float *gate, const float *up, const float *upstream, \
                              float *gate_gradient, float *up_gradient, bool accumulate) { \
        job j = {.accumulate = accumulate, .a = gate, .b = up, .c = upstream, .out = gate_gradient, \
                 .out2 = up_gradient}; \
        pb_parallel(count, grain, name##_backward_part, &j); \
    }
GATE(swiglu, false)
GATE(geglu, true)
#undef GATE

// MARK: - Rotary positions

typedef struct {
    long heads, head_dim, half;
    const float *cosines, *sines, *x;
    float sign, *out;
    bool accumulate;
} rope_job;

PB_INLINE void rotate(const rope_job *j, long begin, long end, bool accumulate) {
    long half = j->half, head_dim = j->head_dim;
    for (long r = begin; r < end; r++) {
        const float *c = j->cosines + r * half, *s = j->sines + r * half;
        for (long h = 0; h < j->heads; h++) {
            const float *x = j->x + (r * j->heads + h) * head_dim;
            float *y = j->out + (r * j->heads + h) * head_dim;
            for (long i = 0; i < half; i++) {
                float a = x[i], b = x[i + half], sine = s[i] * j->sign;
                float first = a * c[i] - b * sine, second = b * c[i] + a * sine;
                y[i] = accumulate ? y[i] + first : first;
                y[i + half] = accumulate ? y[i + half] + second : second;
            }
            for (long i = 2 * half; i < head_dim; i++) y[i] = accumulate ? y[i] + x[i] : x[i];
        }
    }
}

PB_KERNEL static void rope_part(long begin, long end, int worker, void *context) {
    const rope_job *j = context;
    if (j->accumulate) rotate(j, begin, end, true);
    else rotate(j, begin, end, false);
}

void pb_rope(long rows, long heads, long head_dim, long half, const float *cosines, const float *sines,
             float sign, const float *x, float *out, bool accumulate) {
    rope_job j = {heads, head_dim, half, cosines, sines, x, sign, out, accumulate};
    pb_parallel(rows, grain / (head_dim * heads) + 1, rope_part, &j);
}
