// The round constants, shared by the variants.
#ifndef PB_SHA256_H
#define PB_SHA256_H

#include "cseeding.h"

extern const uint32_t pb_sha256_constants[64];

#if defined(__x86_64__)
void pb_sha256_x86(uint32_t *state, const void *bytes, size_t blocks);
#endif

#endif
