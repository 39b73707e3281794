// What the processor has that some kernels are made of.
#include "ckernels.h"

#if defined(__x86_64__)

bool pb_has_whole_products(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}

bool pb_has_packed_products(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

bool pb_has_bfloat16_products(void) {
    return pb_has_packed_products() && __builtin_cpu_supports("avx512bf16");
}

#else

bool pb_has_whole_products(void) { return false; }
bool pb_has_packed_products(void) { return false; }
bool pb_has_bfloat16_products(void) { return false; }

#endif

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool permitted;

static void ask(void) {
    enum { bfloat16_bit = 1 << 22, tile_bit = 1 << 24, request_permission = 0x1023, tile_data = 18 };
    unsigned a, b, c, d = 0;
    permitted = pb_has_bfloat16_products() && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & bfloat16_bit)
        && (d & tile_bit) && syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

bool pb_has_bfloat16_tiles(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, ask);
    return permitted;
}

#else

bool pb_has_bfloat16_tiles(void) { return false; }

#endif
