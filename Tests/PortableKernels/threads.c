#include "own_pool.h"
#define pb_set_threads own_set_threads
#define pb_threads own_threads
#define pb_give_back_memory own_give_back_memory
#define pb_parallel own_parallel
#define pb_parallel_by own_parallel_by
#define pb_allocate own_allocate
#define pb_allocate_zeroed own_allocate_zeroed
#define pb_free own_free
#include "../../Sources/CKernels/threads.c"
