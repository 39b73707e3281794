// The hot loops of the engine. Every matrix is row-major and dense unless a stride is given.
// Functions split their work over one pool of threads (threads.c); OpenBLAS runs single-threaded
// inside it, so that the two never compete for cores.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// MARK: threads.c

/// Sets the number of threads of the pool, the calling one included (at least 1). Jobs that run keep the
/// number that they began with, and no result depends on it: it may be called at any time, from any thread.
void pb_set_threads(int count);
/// The number at this moment. What is sized by it and the job that uses that take one reading: `workers`.
int pb_threads(void);
/// Gives freed memory, which is kept for what comes next, back to the system.
void pb_give_back_memory(void);

typedef void (*pb_body)(long begin, long end, int worker, void *context);
/// Calls `body` for ranges that cover 0..<count, each at most `grain` long, from the pool's threads.
void pb_parallel(long count, long grain, pb_body body, void *context);
/// The same on at most `workers` threads: each range's `worker` is below that.
void pb_parallel_by(int workers, long count, long grain, pb_body body, void *context);

/// Memory for `count` floats, aligned to 64 bytes, of any content; NULL when there is none. Freed by
/// `pb_free`.
float *pb_allocate(size_t count);
/// As `pb_allocate`, zeroed.
float *pb_allocate_zeroed(size_t count);
void pb_free(void *memory);

// MARK: matrix.c

/// c = alpha * op(a) op(b) + beta * c; op(a) is [m, k], op(b) is [k, n].
void pb_gemm(bool transpose_a, bool transpose_b, long m, long n, long k, float alpha,
             const float *a, long lda, const float *b, long ldb, float beta, float *c, long ldc);

// MARK: processor.c

/// Whether the processor has AVX2 with fused products.
bool pb_has_whole_products(void);
/// Whether the processor has AVX-512, and whether it multiplies bfloat16 pairs too.
bool pb_has_packed_products(void);
bool pb_has_bfloat16_products(void);
/// Whether the processor multiplies tiles of bfloat16 numbers (AMX) and the system allows it.
bool pb_has_bfloat16_tiles(void);

// MARK: linear.c

/// How numbers are stored: one by one, or in blocks that share scales (blocks.h).
typedef enum {
    PB_FLOAT32, PB_BFLOAT16, PB_FLOAT16,
    PB_Q4_0, PB_Q4_1, PB_Q5_0, PB_Q5_1, PB_Q8_0, PB_Q4_K, PB_Q5_K, PB_Q6_K
} pb_element;

/// A projection of rows: y[m, n] = x[m, k] weights[n, k]^T.
typedef struct {
    const void *weights;
    long n;
    float *y;
} pb_projection;

/// Several projections of the same rows, with the weights as they are stored, all of one element type.
/// Where `rounding`, many rows may be rounded to bfloat16 to meet weights of that type, and few to 16 bits to meet
/// weights in blocks.
void pb_linear(pb_element element, bool rounding, long m, long k, const float *x, long count,
               const pb_projection *projections);

// MARK: linear_few.c, linear_blocks.c, linear_packed.c, linear_tiles.c, linear_widened.c: what it chooses from

/// `pb_linear` for few rows.
void pb_linear_few(pb_element element, long m, long k, const float *x, long count, const pb_projection *projections);
/// The same for weights in blocks, on a processor with AVX2: rows are rounded to whole numbers of 16 bits.
void pb_linear_blocks(pb_element element, long m, long k, const float *x, long count, const pb_projection *projections);
/// `pb_linear` for many rows, on a processor with packed products.
void pb_linear_packed(pb_element element, bool rounding, long m, long k, const float *x, long count,
                      const pb_projection *projections);
/// The same for bfloat16 weights and rows rounded to it, on a processor with such tiles.
void pb_linear_tiles(long m, long k, const float *x, long count, const pb_projection *projections);
/// One projection in float32, its weights widened a panel at a time.
void pb_linear_widened(pb_element element, long m, long k, const float *x, pb_projection projection);

// MARK: elementwise.c

/// y = a + scale * b
void pb_add(long count, const float *a, float scale, const float *b, float *y);
/// y += alpha * x
void pb_axpy(long count, float alpha, const float *x, float *y);
/// y = a * b, or y += a * b
void pb_multiply(long count, const float *a, const float *b, float *y, bool accumulate);
/// rows of `y` += bias
void pb_add_row(long rows, long width, const float *bias, float *y);
/// out[width] += sum over rows of x
void pb_sum_rows(long rows, long width, const float *x, float *out);
double pb_sum_of_squares(long count, const float *x);
/// out = silu(gate) * up; the gradients are written, or added to.
void pb_swiglu(long count, const float *gate, const float *up, float *out);
void pb_swiglu_backward(long count, const float *gate, const float *up, const float *upstream,
                        float *gate_gradient, float *up_gradient, bool accumulate);
/// out = gelu(gate) * up, GELU by the hyperbolic tangent; the gradients are written, or added to.
void pb_geglu(long count, const float *gate, const float *up, float *out);
void pb_geglu_backward(long count, const float *gate, const float *up, const float *upstream,
                       float *gate_gradient, float *up_gradient, bool accumulate);
/// Rotates pairs (i, i + half) of every head's first 2 * half elements; its others stay as they are. cosines, sines:
/// [rows, half]. `sign` -1 rotates back. Reads `x`, writes or adds to `out`.
void pb_rope(long rows, long heads, long head_dim, long half, const float *cosines, const float *sines,
             float sign, const float *x, float *out, bool accumulate);

// MARK: normalization.c

/// out = x / rms(x) * weight over groups of `width`; inverse_rms: [rows].
void pb_rms_norm(long rows, long width, float epsilon, const float *x, const float *weight,
                 float *out, float *inverse_rms);
/// Writes or adds to x_gradient (unless NULL), adds to weight_gradient (unless NULL).
void pb_rms_norm_backward(long rows, long width, const float *x, const float *weight,
                          const float *inverse_rms, const float *upstream, float *x_gradient,
                          bool accumulate, float *weight_gradient);

// MARK: rows.c

/// Widens `count` stored elements to float.
void pb_widen(pb_element element, long count, const void *source, float *destination);
/// out[i] = table[ids[i]]
void pb_gather_rows(pb_element element, long count, long width, const void *table,
                    const int32_t *ids, float *out);
/// Puts row i of x[rows, heads * width] at `to[i]` of each head of out[heads, capacity, width], which is
/// stored as float32 or, rounded, as bfloat16.
void pb_store_heads(pb_element element, long rows, long heads, long width, const float *x,
                    const int32_t *to, long capacity, void *out);
/// table[ids[i]] += rows[i]
void pb_scatter_add_rows(long count, long width, const float *rows, const int32_t *ids, float *table);
/// out[i] = mean of rows begin[i] ..< end[i]; an empty window gives zeros.
void pb_window_mean(long count, long width, const float *x, const int32_t *begin,
                    const int32_t *end, float *out);
void pb_window_mean_backward(long count, long width, const float *upstream, const int32_t *begin,
                             const int32_t *end, float *x_gradient);

// MARK: scores.c

/// The index of each row's largest element (the first of equals).
void pb_argmax(long rows, long width, const float *x, int32_t *out);
/// losses[i] = log_sum_exp[i] - logits[i, targets[i]]
void pb_cross_entropy(long rows, long width, const float *logits, const int32_t *targets,
                      float *losses, float *log_sum_exp);
/// gradient[i] = or += weights[i] * (softmax(logits[i]) - onehot(targets[i]))
void pb_cross_entropy_backward(long rows, long width, const float *logits, const int32_t *targets,
                               const float *weights, const float *log_sum_exp, float *gradient,
                               bool accumulate);

// MARK: screen.c

/// What finds the row of weights[n, k] whose product with a vector is largest from a quarter to a half
/// of their bytes; takes n * (k + 8) bytes itself.
typedef struct pb_screen pb_screen;
/// The weights must stay as they are. NULL when memory is short.
pb_screen *pb_screen_make(pb_element element, long n, long k, const void *weights);
void pb_screen_free(pb_screen *screen);
/// The index that `pb_linear` of x[k] and then `pb_argmax` find.
int32_t pb_screen_best(const pb_screen *screen, const float *x);

// MARK: attention.c

/// Which keys each query row sees, cut into tiles of neighbouring rows that see similar keys.
typedef struct pb_attention_plan pb_attention_plan;
/// Row i sees the keys of the intervals starts[i] ..< starts[i + 1], each lo ..< hi, ascending and
/// disjoint. NULL when memory is short.
pb_attention_plan *pb_attention_plan_make(long rows, const int32_t *starts, const int32_t *lo,
                                          const int32_t *hi);
void pb_attention_plan_free(pb_attention_plan *plan);

typedef struct {
    long heads, kv_heads, head_dim;
    /// Floats from a key to the next and from a KV head to the next: kv_heads * head_dim and head_dim
    /// where a key's heads lie side by side; head_dim and keys * head_dim where a head's keys do.
    long key_stride, head_stride;
    float scale;
    /// How keys and values are stored: float32 or bfloat16.
    pb_element element;
    /// Whether rows together may be rounded to bfloat16 on their way into products.
    bool rounding;
} pb_attention_shape;

/// q: [rows, heads * head_dim]; k, v: [keys, kv_heads, head_dim] in one of two orders; out as q;
/// log_sum_exp: [rows, heads]. A row that sees nothing gets zeros. Of `kv_count` KV heads from `first_kv_head`
/// on, and the query heads that share them, alone: heads may have plans of their own.
void pb_attention(const pb_attention_plan *plan, pb_attention_shape shape, long first_kv_head, long kv_count,
                  const float *q, const void *k, const void *v, float *out, float *log_sum_exp);
/// Adds to the gradients; NULL ones are skipped. Keys and values are float32.
void pb_attention_backward(const pb_attention_plan *plan, pb_attention_shape shape, long first_kv_head,
                           long kv_count, const float *q, const float *k, const float *v, const float *out,
                           const float *log_sum_exp, const float *upstream, float *q_gradient,
                           float *k_gradient, float *v_gradient);

// MARK: attention_mass.c

/// How much of the attention of rows goes to each key: the sums of its weights over rows are added to mass[heads, keys],
/// or the largest are taken. Row i sees the first `seen + i` of seen + rows - 1 keys.
/// q: [rows, heads * head_dim]; k: [kv_heads, keys, head_dim], float32
void pb_attention_mass(pb_attention_shape shape, long rows, long seen, const float *q, const float *k,
                       bool largest, float *mass);

// MARK: optimizers.c

void pb_adamw(long count, float *parameter, const float *gradient, float *first, float *second,
              float rate, float beta1, float beta2, float epsilon, float weight_decay,
              float correction1, float correction2);

// MARK: limits.c: what the machine can do at best, for measurements to be set against

/// Reads `count` numbers once on all threads of the pool; returns their sum so that nothing is skipped.
uint64_t pb_read_all(size_t count, const uint64_t *memory);
/// c = a b^T, all [size, size], by OpenBLAS: as many rows each on `threads` threads of the pool.
void pb_openblas_product(int size, int threads, const float *a, const float *b, float *c);

#endif
