// SHA-256 in plain C, and the choice between it and the processor's instructions.
#include "sha256.h"
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

const uint32_t pb_sha256_constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotated(uint32_t x, int bits) { return x >> bits | x << (32 - bits); }

void pb_sha256_portable(uint32_t *state, const void *bytes, size_t blocks) {
    const uint8_t *at = bytes;
    for (; blocks > 0; blocks--, at += 64) {
        uint32_t w[64];
        for (int i = 0; i < 16; i++) {
            memcpy(w + i, at + 4 * i, 4);
            w[i] = __builtin_bswap32(w[i]);
        }
        for (int i = 16; i < 64; i++) {
            uint32_t x = w[i - 15], y = w[i - 2];
            w[i] = w[i - 16] + (rotated(x, 7) ^ rotated(x, 18) ^ x >> 3) + w[i - 7]
                + (rotated(y, 17) ^ rotated(y, 19) ^ y >> 10);
        }
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
#pragma clang loop unroll_count(8)
        for (int i = 0; i < 64; i++) {
            uint32_t t1 = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & f) ^ (~e & g))
                + pb_sha256_constants[i] + w[i];
            uint32_t t2 = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
        }
        uint32_t s[8] = {a, b, c, d, e, f, g, h};
        for (int i = 0; i < 8; i++) state[i] += s[i];
    }
}

bool pb_sha256_is_native(void) {
#if defined(__x86_64__)
    // Asked once: in a virtual machine the question itself takes microseconds.
    static _Atomic(int) answer;
    if (answer == 0) {
        unsigned a, b, c, d;
        bool has = __get_cpuid(1, &a, &b, &c, &d) && (c >> 9 & 1) && (c >> 19 & 1)
            && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);
        answer = has ? 1 : -1;
    }
    return answer > 0;
#else
    return false;
#endif
}

void pb_sha256(uint32_t *state, const void *bytes, size_t blocks) {
#if defined(__x86_64__)
    if (pb_sha256_is_native()) return pb_sha256_x86(state, bytes, blocks);
#endif
    pb_sha256_portable(state, bytes, blocks);
}
