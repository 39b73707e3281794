// Shared by the kernels: run-time dispatch, vector-friendly exponential.
#ifndef PB_KERNELS_H
#define PB_KERNELS_H

#include "ckernels.h"
#include <math.h>
#include <string.h>

// Sums may be reordered so that they vectorise; results are the same from run to run.
#pragma clang fp reassociate(on) contract(fast)

// One binary runs everywhere and is fast where it can be: each kernel is compiled for AVX-512, for
// AVX2 with FMA and for the baseline, and the loader picks one. Tests define it as nothing.
#if defined(PB_KERNEL)
#elif defined(__x86_64__) && defined(__linux__)
#define PB_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PB_KERNEL
#endif
#define PB_INLINE static inline __attribute__((always_inline))

/// Pieces of at least `least`, which is worth handing over; four a worker even out a busy core. For bodies
/// that compute each index alone: where the pieces end then changes no result.
PB_INLINE long pb_even_grain(int workers, long count, long least) {
    long grain = (count + 4 * workers - 1) / (4 * workers);
    return grain < least ? least : grain;
}

/// exp(x) to about 1 ulp in float; 0 below -87.
PB_INLINE float pb_exp(float x) {
    float clamped = x < -87.0f ? -87.0f : (x > 88.0f ? 88.0f : x);
    float t = clamped * 1.44269504088896341f;
    int32_t n = (int32_t)(t < 0 ? t - 0.5f : t + 0.5f);
    float r = clamped - (float)n * 0.693359375f;
    r = r + (float)n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    int32_t bits = (n + 127) << 23;
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return x < -87.0f ? 0.0f : p * scale;
}

/// The largest of at least one number. Written in vectors: a plain loop's order of comparisons would
/// have to be kept for numbers that are none, one element at a time.
PB_INLINE float pb_largest(long count, const float *x) {
    typedef float lanes __attribute__((vector_size(64)));
    float largest = x[0];
    long i = 0;
    if (count >= 32) {
        lanes a, b, next;
        memcpy(&a, x, sizeof a);
        memcpy(&b, x + 16, sizeof b);
        for (i = 32; i + 32 <= count; i += 32) {
            memcpy(&next, x + i, sizeof next);
            a = __builtin_elementwise_max(a, next);
            memcpy(&next, x + i + 16, sizeof next);
            b = __builtin_elementwise_max(b, next);
        }
        a = __builtin_elementwise_max(a, b);
        for (int lane = 0; lane < 16; lane++) largest = a[lane] > largest ? a[lane] : largest;
    }
    for (; i < count; i++) largest = x[i] > largest ? x[i] : largest;
    return largest;
}

PB_INLINE float pb_dot(long count, const float *a, const float *b) {
    float sum = 0;
    for (long i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

#endif
