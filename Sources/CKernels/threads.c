// One pool of threads for all kernels. Waiting threads spin for some microseconds, since kernels of
// one forward pass follow each other closely, and then sleep.
#define _GNU_SOURCE
#include "ckernels.h"
#include <cblas.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

enum { max_threads = 256, spins = 4000 };

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    int threads;          // of the pool, the caller included
    int started;          // worker threads that exist
    atomic_long ticket;   // grows by one with each job
    atomic_int sleepers;
    atomic_int running;   // workers that have not finished the current job
    atomic_long next;     // the next index of the current job
    long count, grain;
    int helpers;          // workers that take part in the current job
    pb_body body;
    void *context;
} pool = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

static _Thread_local bool inside;

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void work(int worker) {
    for (;;) {
        long begin = atomic_fetch_add_explicit(&pool.next, pool.grain, memory_order_relaxed);
        if (begin >= pool.count) return;
        long end = begin + pool.grain;
        pool.body(begin, end < pool.count ? end : pool.count, worker, pool.context);
    }
}

static void *loop(void *argument) {
    int worker = (int)(intptr_t)argument;
    long seen = 0;
    inside = true;
    for (;;) {
        int spin = 0;
        while (atomic_load_explicit(&pool.ticket, memory_order_acquire) == seen) {
            if (++spin < spins) {
                relax();
                continue;
            }
            pthread_mutex_lock(&pool.mutex);
            atomic_fetch_add(&pool.sleepers, 1);
            while (atomic_load(&pool.ticket) == seen) pthread_cond_wait(&pool.wake, &pool.mutex);
            atomic_fetch_sub(&pool.sleepers, 1);
            pthread_mutex_unlock(&pool.mutex);
        }
        // Each job waits for every worker, so no ticket is ever missed.
        seen++;
        if (worker <= pool.helpers) work(worker);
        atomic_fetch_sub_explicit(&pool.running, 1, memory_order_release);
    }
    return NULL;
}

static void prepare(void) {
    openblas_set_num_threads(1);
#if defined(__GLIBC__)
    // Activations of a step are freed and allocated again in the next: keep their pages.
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 64 << 20);
#endif
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

void pb_set_threads(int count) {
    pthread_once(&once, prepare);
    if (count < 1) count = 1;
    if (count > max_threads) count = max_threads;
    while (pool.started < count - 1) {
        pthread_t thread;
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, 1 << 20);
        int failed = pthread_create(&thread, &attributes, loop, (void *)(intptr_t)(pool.started + 1));
        pthread_attr_destroy(&attributes);
        if (failed) break;
        pool.started++;
    }
    pool.threads = pool.started + 1 < count ? pool.started + 1 : count;
}

int pb_threads(void) {
    return pool.threads < 1 ? 1 : pool.threads;
}

void pb_parallel(long count, long grain, pb_body body, void *context) {
    if (count <= 0) return;
    if (grain < 1) grain = 1;
    long pieces = (count + grain - 1) / grain;
    if (inside || pool.threads < 2 || pieces < 2) {
        // In pieces here too, so that a result does not depend on the number of threads.
        for (long begin = 0; begin < count; begin += grain) {
            body(begin, begin + grain < count ? begin + grain : count, 0, context);
        }
        return;
    }
    pool.body = body;
    pool.context = context;
    pool.count = count;
    pool.grain = grain;
    pool.helpers = pool.threads - 1;
    atomic_store_explicit(&pool.next, 0, memory_order_relaxed);
    atomic_store_explicit(&pool.running, pool.started, memory_order_relaxed);
    atomic_fetch_add(&pool.ticket, 1);
    if (atomic_load(&pool.sleepers) > 0) {
        pthread_mutex_lock(&pool.mutex);
        pthread_cond_broadcast(&pool.wake);
        pthread_mutex_unlock(&pool.mutex);
    }
    inside = true;
    work(0);
    inside = false;
    int spin = 0;
    while (atomic_load_explicit(&pool.running, memory_order_acquire) > 0) {
        if (++spin < spins) relax();
        else sched_yield();
    }
}

float *pb_allocate(size_t count) {
    pthread_once(&once, prepare);
    void *memory = NULL;
    if (posix_memalign(&memory, 64, (count ? count : 1) * sizeof(float))) return NULL;
    memset(memory, 0, count * sizeof(float));
    return memory;
}

void pb_free(void *memory) { free(memory); }
