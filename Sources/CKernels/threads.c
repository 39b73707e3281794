// One pool of threads for all kernels. Waiting threads spin for some microseconds, since kernels of
// one forward pass follow each other closely, and then sleep.
#define _GNU_SOURCE
#include "ckernels.h"
#include <cblas.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

// Whole batches of a grid, with all that they call, run on a worker's stack.
enum { max_threads = 256, spins = 4000, stack_bytes = 8 << 20 };

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    atomic_int threads;   // that jobs use from now on, the caller included; 0 as long as nobody has said
    int started;          // worker threads that exist; changed under the mutex, and never down
    atomic_int sleepers;
    atomic_bool busy;     // whether a caller has a job in the pool
    // The current job's number (upper half) and its next piece (lower half). A worker claims a piece
    // by exchanging the whole word: one that wakes late finds another number or no piece left and
    // touches nothing, so that nobody waits for a worker that the system has not scheduled.
    atomic_ulong state;
    atomic_long finished; // pieces of the current job
    // The current job; changed only while no piece is claimed.
    _Atomic(long) count, grain;
    _Atomic(int) helpers; // workers that may take part: those with a number up to this
    _Atomic(pb_body) body;
    _Atomic(void *) context;
} pool = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

static _Thread_local bool inside;

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static inline unsigned long job_of(unsigned long state) { return state >> 32; }

// Runs pieces of job `job` until none is left.
static void work(int worker, unsigned long job) {
    unsigned long state = atomic_load_explicit(&pool.state, memory_order_acquire);
    while (job_of(state) == job) {
        long grain = atomic_load_explicit(&pool.grain, memory_order_relaxed);
        long count = atomic_load_explicit(&pool.count, memory_order_relaxed);
        pb_body body = atomic_load_explicit(&pool.body, memory_order_relaxed);
        void *context = atomic_load_explicit(&pool.context, memory_order_relaxed);
        long begin = (long)(state & 0xffffffff) * grain;
        if (begin >= count) return;
        // Where this succeeds the job is still `job`, and so is all that was read of it: a caller changes
        // the state before it changes anything else.
        atomic_thread_fence(memory_order_acquire);
        if (!atomic_compare_exchange_weak_explicit(
                &pool.state, &state, state + 1, memory_order_acq_rel, memory_order_acquire)) continue;
        long end = begin + grain;
        body(begin, end < count ? end : count, worker, context);
        atomic_fetch_add_explicit(&pool.finished, 1, memory_order_release);
        state = atomic_load_explicit(&pool.state, memory_order_acquire);
    }
}

static void *loop(void *argument) {
    int worker = (int)(intptr_t)argument;
    unsigned long seen = 0;
    inside = true;
    for (;;) {
        int spin = 0;
        while (job_of(atomic_load_explicit(&pool.state, memory_order_acquire)) == seen) {
            if (++spin < spins) {
                relax();
                continue;
            }
            pthread_mutex_lock(&pool.mutex);
            atomic_fetch_add(&pool.sleepers, 1);
            while (job_of(atomic_load(&pool.state)) == seen) pthread_cond_wait(&pool.wake, &pool.mutex);
            atomic_fetch_sub(&pool.sleepers, 1);
            pthread_mutex_unlock(&pool.mutex);
        }
        seen = job_of(atomic_load_explicit(&pool.state, memory_order_acquire));
        if (worker <= atomic_load_explicit(&pool.helpers, memory_order_relaxed)) work(worker, seen);
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

void pb_give_back_memory(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

void pb_set_threads(int count) {
    pthread_once(&once, prepare);
    if (count < 1) count = 1;
    if (count > max_threads) count = max_threads;
    pthread_mutex_lock(&pool.mutex);
    while (pool.started < count - 1) {
        pthread_t thread;
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, stack_bytes);
        int failed = pthread_create(&thread, &attributes, loop, (void *)(intptr_t)(pool.started + 1));
        pthread_attr_destroy(&attributes);
        if (failed) break;
        pool.started++;
    }
    // Jobs that run keep the number that they began with.
    atomic_store(&pool.threads, pool.started + 1 < count ? pool.started + 1 : count);
    pthread_mutex_unlock(&pool.mutex);
}

int pb_threads(void) {
    int threads = atomic_load_explicit(&pool.threads, memory_order_relaxed);
    return threads < 1 ? 1 : threads;
}

void pb_parallel(long count, long grain, pb_body body, void *context) {
    pb_parallel_by(pb_threads(), count, grain, body, context);
}

void pb_parallel_by(int workers, long count, long grain, pb_body body, void *context) {
    if (count <= 0) return;
    if (grain < 1) grain = 1;
    long pieces = (count + grain - 1) / grain;
    // A second caller at the same time computes on its own thread.
    if (inside || workers < 2 || pieces < 2 || atomic_exchange(&pool.busy, true)) {
        // In pieces here too, so that a result does not depend on the number of threads.
        for (long begin = 0; begin < count; begin += grain) {
            body(begin, begin + grain < count ? begin + grain : count, 0, context);
        }
        return;
    }
    // A job of no pieces comes between: who still looks at the last one claims nothing of the next.
    unsigned long none = (job_of(atomic_load(&pool.state)) + 1) & 0xffffffff;
    atomic_store(&pool.state, none << 32 | 0xffffffff);
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&pool.body, body, memory_order_relaxed);
    atomic_store_explicit(&pool.context, context, memory_order_relaxed);
    atomic_store_explicit(&pool.count, count, memory_order_relaxed);
    atomic_store_explicit(&pool.grain, grain, memory_order_relaxed);
    atomic_store_explicit(&pool.helpers, workers - 1, memory_order_relaxed);
    atomic_store_explicit(&pool.finished, 0, memory_order_relaxed);
    unsigned long job = (none + 1) & 0xffffffff;
    atomic_store(&pool.state, job << 32);
    if (atomic_load(&pool.sleepers) > 0) {
        pthread_mutex_lock(&pool.mutex);
        pthread_cond_broadcast(&pool.wake);
        pthread_mutex_unlock(&pool.mutex);
    }
    inside = true;
    work(0, job);
    inside = false;
    int spin = 0;
    while (atomic_load_explicit(&pool.finished, memory_order_acquire) < pieces) {
        if (++spin < spins) relax();
        else sched_yield();
    }
    atomic_store(&pool.busy, false);
}

float *pb_allocate(size_t count) {
    pthread_once(&once, prepare);
    void *memory = NULL;
    if (posix_memalign(&memory, 64, (count ? count : 1) * sizeof(float))) return NULL;
    return memory;
}

float *pb_allocate_zeroed(size_t count) {
    float *memory = pb_allocate(count);
    if (memory) memset(memory, 0, count * sizeof(float));
    return memory;
}

void pb_free(void *memory) { free(memory); }
