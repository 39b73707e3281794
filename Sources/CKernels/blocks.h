// Numbers in blocks that share scales, as GGUF files hold them (ggml's ggml-quants.c): whole numbers of at
// most 8 bits, the codes, in groups with a scale each and in some formats a least number.
#ifndef PB_BLOCKS_H
#define PB_BLOCKS_H

#include "kernels.h"

#if defined(__x86_64__) || defined(__aarch64__)
typedef _Float16 pb_half;
#else
#error "16-bit floats need a compiler type on this processor"
#endif

/// One use of a macro for each format of blocks.
#define PB_BLOCKED(use) \
    use(PB_Q4_0) use(PB_Q4_1) use(PB_Q5_0) use(PB_Q5_1) use(PB_Q8_0) use(PB_Q4_K) use(PB_Q5_K) use(PB_Q6_K)

enum { pb_most_codes = 256, pb_most_groups = 16 };   // of a block

/// Numbers of a block and the bytes that it takes; single numbers are blocks of one.
typedef struct {
    short numbers, bytes, group;
    bool has_least;
} pb_block_shape;

PB_INLINE pb_block_shape pb_shape_of(pb_element element) {
    switch (element) {
    case PB_FLOAT32: return (pb_block_shape){1, 4, 1, false};
    case PB_BFLOAT16: case PB_FLOAT16: return (pb_block_shape){1, 2, 1, false};
    case PB_Q4_0: return (pb_block_shape){32, 2 + 16, 32, false};
    case PB_Q4_1: return (pb_block_shape){32, 4 + 16, 32, true};
    case PB_Q5_0: return (pb_block_shape){32, 2 + 4 + 16, 32, false};
    case PB_Q5_1: return (pb_block_shape){32, 4 + 4 + 16, 32, true};
    case PB_Q8_0: return (pb_block_shape){32, 2 + 32, 32, false};
    case PB_Q4_K: return (pb_block_shape){256, 4 + 12 + 128, 32, true};
    case PB_Q5_K: return (pb_block_shape){256, 4 + 12 + 32 + 128, 32, true};
    case PB_Q6_K: return (pb_block_shape){256, 128 + 64 + 16 + 2, 16, false};
    }
    return (pb_block_shape){1, 4, 1, false};
}

PB_INLINE bool pb_is_blocked(pb_element element) { return pb_shape_of(element).numbers > 1; }

/// Bytes of so many numbers, whole blocks of them.
PB_INLINE size_t pb_bytes_of(pb_element element, long count) {
    pb_block_shape shape = pb_shape_of(element);
    return (size_t)(count / shape.numbers) * (size_t)shape.bytes;
}

/// Where blocks are unpacked to: numbers are scale * code, plus least where the format has such; one of each
/// a group.
typedef struct {
    int8_t *codes;
    float *scale, *least;
} pb_unpacked;

PB_INLINE float pb_half_at(const uint8_t *source) {
    pb_half value;
    memcpy(&value, source, sizeof value);
    return (float)value;
}

// Everything that passes vectors is inlined, so that no calling convention is concerned.
#pragma clang diagnostic ignored "-Wpsabi"

// Bytes by vectors: nobody has to find out that codes and blocks do not overlap.
typedef uint8_t pb_sixteen __attribute__((vector_size(16)));
typedef uint8_t pb_thirty_two __attribute__((vector_size(32)));

/// 32 numbers of 4 bits: the first sixteen are the lower halves of the bytes.
PB_INLINE pb_thirty_two pb_nibbles(const uint8_t *source) {
    pb_sixteen bytes;
    memcpy(&bytes, source, sizeof bytes);
    pb_sixteen low = bytes & 15, high = bytes >> 4;
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
                                   20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
}

/// The fifth bits of 32 numbers where they belong: bit i of four bytes is number i's.
PB_INLINE pb_thirty_two pb_fifth_bits(const uint8_t *source) {
    typedef uint8_t four __attribute__((vector_size(4)));
    four bits;
    memcpy(&bits, source, sizeof bits);
    pb_thirty_two spread = __builtin_shufflevector(bits, bits, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2,
                                                   2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    const pb_thirty_two own = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128,
                               1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    return (pb_thirty_two)((spread & own) == own) & 16;
}

PB_INLINE pb_thirty_two pb_bytes_at(const uint8_t *source) {
    pb_thirty_two bytes;
    memcpy(&bytes, source, sizeof bytes);
    return bytes;
}

PB_INLINE void pb_put(pb_thirty_two numbers, int8_t *codes) { memcpy(codes, &numbers, sizeof numbers); }

/// Scales and leasts of eight groups of 32, six bits each of twelve bytes behind two float16: four scales and
/// four leasts with the upper two bits of four more each, whose lower four are nibbles.
PB_INLINE void pb_unpack_scales(const uint8_t *block, pb_unpacked out) {
    typedef uint8_t eight __attribute__((vector_size(8)));
    typedef float lanes __attribute__((vector_size(32)));
    const uint32_t six = 0x3f3f3f3f, four = 0x0f0f0f0f, two = 0x03030303;
    uint32_t packed[3];
    memcpy(packed, block + 4, sizeof packed);
    uint32_t scales[2] = {packed[0] & six, (packed[2] & four) | (packed[0] >> 6 & two) << 4};
    uint32_t leasts[2] = {packed[1] & six, (packed[2] >> 4 & four) | (packed[1] >> 6 & two) << 4};
    eight own, own_least;
    memcpy(&own, scales, sizeof own);
    memcpy(&own_least, leasts, sizeof own_least);
    lanes scale = __builtin_convertvector(own, lanes) * pb_half_at(block);
    lanes least = -(__builtin_convertvector(own_least, lanes) * pb_half_at(block + 2));
    memcpy(out.scale, &scale, sizeof scale);
    memcpy(out.least, &least, sizeof least);
}

/// Eight groups of 32 numbers of 4 bits: of each 32 bytes first the lower halves, then the upper.
PB_INLINE pb_thirty_two pb_long_nibbles(const uint8_t *source, int group) {
    pb_thirty_two bytes = pb_bytes_at(source + group / 2 * 32);
    return group % 2 ? bytes >> 4 : bytes & 15;
}

/// Sixteen groups of 16: lower bits of 128 bytes, the upper two of 64, scales of 8 bits, one float16.
PB_INLINE void pb_unpack_six_bits(const uint8_t *block, pb_unpacked out) {
    for (int half = 0; half < 2; half++) {
        const uint8_t *low = block + half * 64, *high = block + 128 + half * 32;
        pb_thirty_two first = pb_bytes_at(low), second = pb_bytes_at(low + 32), upper = pb_bytes_at(high);
        int8_t *codes = out.codes + half * 128;
        pb_put(((first & 15) | (upper & 3) << 4) - 32, codes);
        pb_put(((second & 15) | (upper >> 2 & 3) << 4) - 32, codes + 32);
        pb_put((first >> 4 | (upper >> 4 & 3) << 4) - 32, codes + 64);
        pb_put((second >> 4 | upper >> 6 << 4) - 32, codes + 96);
    }
    typedef int8_t sixteen __attribute__((vector_size(16)));
    typedef float lanes __attribute__((vector_size(64)));
    sixteen own;
    memcpy(&own, block + 192, sizeof own);
    lanes scales = __builtin_convertvector(own, lanes) * pb_half_at(block + 208);
    memcpy(out.scale, &scales, sizeof scales);
}

/// One block; its scales are as the `gguf` package rounds them.
PB_INLINE void pb_unpack(pb_element element, const void *source, pb_unpacked out) {
    const uint8_t *block = source;
    switch (element) {
    case PB_Q4_0:
        out.scale[0] = pb_half_at(block);
        pb_put(pb_nibbles(block + 2) - 8, out.codes);
        break;
    case PB_Q4_1:
        out.scale[0] = pb_half_at(block);
        out.least[0] = pb_half_at(block + 2);
        pb_put(pb_nibbles(block + 4), out.codes);
        break;
    case PB_Q5_0:
        out.scale[0] = pb_half_at(block);
        pb_put((pb_nibbles(block + 6) | pb_fifth_bits(block + 2)) - 16, out.codes);
        break;
    case PB_Q5_1:
        out.scale[0] = pb_half_at(block);
        out.least[0] = pb_half_at(block + 2);
        pb_put(pb_nibbles(block + 8) | pb_fifth_bits(block + 4), out.codes);
        break;
    case PB_Q8_0:
        out.scale[0] = pb_half_at(block);
        memcpy(out.codes, block + 2, 32);
        break;
    case PB_Q4_K:
        pb_unpack_scales(block, out);
#pragma clang loop unroll(full)
        for (int g = 0; g < 8; g++) pb_put(pb_long_nibbles(block + 16, g), out.codes + 32 * g);
        break;
    case PB_Q5_K:
        pb_unpack_scales(block, out);
#pragma clang loop unroll(full)
        for (int g = 0; g < 8; g++) {
            pb_thirty_two fifth = (pb_thirty_two)((pb_bytes_at(block + 16) & (uint8_t)(1 << g)) != 0) & 16;
            pb_put(pb_long_nibbles(block + 48, g) | fifth, out.codes + 32 * g);
        }
        break;
    case PB_Q6_K: pb_unpack_six_bits(block, out); break;
    case PB_FLOAT32: case PB_BFLOAT16: case PB_FLOAT16: break;
    }
}

/// Widens whole blocks on the calling thread, to the bit as the `gguf` package does: no product is fused
/// with its sum.
PB_INLINE void pb_widen_blocks(pb_element element, long count, const void *source, float *out) {
#pragma clang fp contract(off)
    pb_block_shape shape = pb_shape_of(element);
    const char *block = source;
    int8_t codes[pb_most_codes];
    float scales[pb_most_groups], leasts[pb_most_groups];
    for (long p = 0; p < count; p += shape.numbers, block += shape.bytes) {
        pb_unpack(element, block, (pb_unpacked){codes, scales, leasts});
        for (long g = 0; g < shape.numbers / shape.group; g++) {
            float scale = scales[g], least = shape.has_least ? leasts[g] : 0;
            const int8_t *own = codes + g * shape.group;
            float *to = out + p + g * shape.group;
            if (shape.has_least) {
                for (long i = 0; i < shape.group; i++) to[i] = scale * (float)own[i] + least;
            } else {
                for (long i = 0; i < shape.group; i++) to[i] = scale * (float)own[i];
            }
        }
    }
}

#endif
