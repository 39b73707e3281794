// Numbers as checkpoints store them, read as float32.
#ifndef PB_STORED_H
#define PB_STORED_H

#include "blocks.h"

/// One of the numbers that are stored singly.
PB_INLINE float pb_element_at(pb_element element, const void *source, long i) {
    switch (element) {
    case PB_BFLOAT16: {
        uint32_t wide = (uint32_t)((const uint16_t *)source)[i] << 16;
        float value;
        memcpy(&value, &wide, sizeof value);
        return value;
    }
    case PB_FLOAT16: return (float)((const pb_half *)source)[i];
    default: return ((const float *)source)[i];
    }
}

// Rounded to the nearest, ties to even; what is no number stays none.
PB_INLINE uint16_t pb_bfloat16_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (uint16_t)(x == x ? (bits + 0x7fff + (bits >> 16 & 1)) >> 16 : 0x7fc0);
}

PB_INLINE void pb_widen_inline(pb_element element, long count, const void *source, float *out) {
    for (long i = 0; i < count; i++) out[i] = pb_element_at(element, source, i);
}

// Whether rows are more than a cache nearby keeps from token to token.
PB_INLINE bool pb_is_far(size_t row_bytes, long rows) { return row_bytes * (size_t)rows >= 1 << 18; }

// Asks for what lies a few kilobytes behind a row that is about to be read: rows of a large matrix come
// from memory one behind the other, and the processor by itself looks too short a way ahead.
PB_INLINE void pb_prefetch_ahead(const void *row, size_t bytes) {
    enum { ahead = 4096 };
    for (size_t p = 0; p < bytes; p += 64) __builtin_prefetch((const char *)row + ahead + p);
}

// Widens on the calling thread; of blocked numbers whole blocks.
PB_INLINE void pb_widen_range(pb_element element, long count, const void *source, float *out) {
    switch (element) {
    case PB_FLOAT32: memcpy(out, source, (size_t)count * sizeof(float)); break;
    case PB_BFLOAT16: pb_widen_inline(PB_BFLOAT16, count, source, out); break;
    case PB_FLOAT16: pb_widen_inline(PB_FLOAT16, count, source, out); break;
#define BLOCKS(element) case element: pb_widen_blocks(element, count, source, out); break;
    PB_BLOCKED(BLOCKS)
#undef BLOCKS
    }
}

// Columns of several projections, one behind the other: those of begin ..< end that are of the projection
// whose first one is `first`; none where `from` is not below `to`.
typedef struct {
    long from, to;
} pb_columns;

PB_INLINE pb_columns pb_columns_of(const pb_projection *p, long first, long begin, long end) {
    return (pb_columns){begin > first ? begin - first : 0, end - first < p->n ? end - first : p->n};
}

// Calls `body` for ranges of all these columns, of k numbers each.
PB_INLINE void pb_parallel_columns(long k, long count, const pb_projection *projections, pb_body body, void *job) {
    long n = 0;
    for (long i = 0; i < count; i++) n += projections[i].n;
    int workers = pb_threads();
    pb_parallel_by(workers, n, pb_even_grain(workers, n, 32768 / k + 1), body, job);
}

#endif
