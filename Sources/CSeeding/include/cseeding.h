// SHA-256's compression of blocks (FIPS 180-4), by the processor's instructions where it has them.
#ifndef CSEEDING_H
#define CSEEDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Takes `blocks` blocks of 64 bytes into the state of eight words.
void pb_sha256(uint32_t *state, const void *bytes, size_t blocks);

/// The same in plain C on every processor.
void pb_sha256_portable(uint32_t *state, const void *bytes, size_t blocks);

/// Whether `pb_sha256` uses the processor's SHA instructions.
bool pb_sha256_is_native(void);

#endif
