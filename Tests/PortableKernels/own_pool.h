// A second pool of threads, threads.c once more under names of its own: tests that press on a pool leave
// alone the one that all kernels share.
#ifndef OWN_POOL_H
#define OWN_POOL_H

#include "../../Sources/CKernels/include/ckernels.h"

#define OWN(name) extern __typeof__(pb_##name) own_##name
OWN(set_threads);
OWN(threads);
OWN(give_back_memory);
OWN(parallel);
OWN(parallel_by);

#endif
