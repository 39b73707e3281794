// Decoding's few rows times weights in blocks, by products of whole numbers (AVX2).
//
// Each weight row is unpacked once into codes of 8 bits in the first-level cache. Rows of x are rounded to
// whole numbers of 16 bits, 32 columns by a scale of their own: to 1/65534 of the largest of them, so that
// products of pairs and their sums over a group are exact in 32 bits.
#include "stored.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,fma,f16c")))
#define TARGET_INLINE static inline __attribute__((always_inline, target("avx2,fma,f16c")))

enum { column_group = 32 };

typedef struct {
    pb_element element;
    long m, k;
    int16_t *columns;      // [m, k]
    float *scale, *sums;   // and the sum of each group as it was; [m, k / 32]
    long count;
    const pb_projection *projections;
} block_job;

// MARK: - Rows

// One group of columns.
TARGET_INLINE void round_group(const float *x, int16_t *columns, float *scale, float *sum) {
    float largest = 0, total = 0, zero = 0;
    for (int i = 0; i < column_group; i++) {
        float size = fabsf(x[i]);
        largest = size > largest ? size : largest;
        total += x[i];
        zero += x[i] * 0;
    }
    // What is no finite number makes all sums such: times zero it is none.
    float inverse = zero == 0 && largest > 1e-30f ? 32767 / largest : 0;
    *scale = largest > 1e-30f ? largest / 32767 + zero : zero;
    *sum = total;
    for (int i = 0; i < column_group; i++) columns[i] = inverse > 0 ? (int16_t)rintf(x[i] * inverse) : 0;
}

TARGET static void round_rows(const block_job *j, const float *x) {
    long groups = j->m * j->k / column_group;
    for (long g = 0; g < groups; g++) {
        round_group(x + g * column_group, j->columns + g * column_group, j->scale + g, j->sums + g);
    }
}

// MARK: - Products

TARGET_INLINE void unpack_row(pb_element element, long k, const char *row, pb_unpacked out) {
    pb_block_shape shape = pb_shape_of(element);
    for (long p = 0; p < k; p += shape.numbers, row += shape.bytes) {
        pb_unpack(element, row, out);
        out.codes += shape.numbers;
        out.scale += shape.numbers / shape.group;
        out.least += shape.numbers / shape.group;
    }
}

TARGET_INLINE __m256i products(const int8_t *codes, const int16_t *columns) {
    __m256i wide = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)codes));
    return _mm256_madd_epi16(wide, _mm256_loadu_si256((const __m256i *)columns));
}

TARGET_INLINE float sum_of(__m256 x) {
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    four = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(four, _mm_movehdup_ps(four)));
}

// total += what 32 columns of a row meet in an unpacked row.
TARGET_INLINE __m256 add_group(const int group, pb_unpacked row, long g, const int16_t *columns, float scale,
                               __m256 total) {
    __m256i low = products(row.codes + 32 * g, columns + 32 * g);
    __m256i high = products(row.codes + 32 * g + 16, columns + 32 * g + 16);
    if (group == 32) {
        return _mm256_fmadd_ps(_mm256_cvtepi32_ps(_mm256_add_epi32(low, high)), _mm256_set1_ps(scale * row.scale[g]),
                               total);
    }
    total = _mm256_fmadd_ps(_mm256_cvtepi32_ps(low), _mm256_set1_ps(scale * row.scale[2 * g]), total);
    return _mm256_fmadd_ps(_mm256_cvtepi32_ps(high), _mm256_set1_ps(scale * row.scale[2 * g + 1]), total);
}

// A row of columns times an unpacked row of `groups` times 32 numbers.
TARGET_INLINE float dot_codes(pb_block_shape shape, long groups, pb_unpacked row, const int16_t *columns,
                              const float *scale, const float *sums) {
    __m256 even = _mm256_setzero_ps(), odd = even;
    long g = 0;
    for (; g + 2 <= groups; g += 2) {
        even = add_group(shape.group, row, g, columns, scale[g], even);
        odd = add_group(shape.group, row, g + 1, columns, scale[g + 1], odd);
    }
    if (g < groups) even = add_group(shape.group, row, g, columns, scale[g], even);
    float least = 0;
    if (shape.has_least) {
        for (g = 0; g < groups; g++) least += row.least[g] * sums[g];
    }
    return sum_of(_mm256_add_ps(even, odd)) + least;
}

TARGET_INLINE void block_dots(const block_job *j, pb_element element, const pb_projection *p, long begin, long end,
                              pb_unpacked row) {
    pb_block_shape shape = pb_shape_of(element);
    long groups = j->k / column_group;
    size_t row_bytes = pb_bytes_of(element, j->k);
    bool is_far = pb_is_far(row_bytes, p->n);
    for (long i = begin; i < end; i++) {
        const char *weights = (const char *)p->weights + (size_t)i * row_bytes;
        if (is_far) pb_prefetch_ahead(weights, row_bytes);
        unpack_row(element, j->k, weights, row);
        for (long r = 0; r < j->m; r++) {
            p->y[r * p->n + i] = dot_codes(shape, groups, row, j->columns + r * j->k, j->scale + r * groups,
                                           j->sums + r * groups);
        }
    }
}

// begin, end: columns of all projections, one behind the other.
TARGET static void blocks_part(long begin, long end, int worker, void *context) {
    const block_job *j = context;
    size_t codes = (size_t)(j->k + 3) / 4, groups = (size_t)(j->k / pb_shape_of(j->element).group);
    float *room = pb_allocate(codes + 2 * groups);
    if (!room) __builtin_trap();
    pb_unpacked row = {(int8_t *)room, room + codes, room + codes + groups};
    for (long i = 0, first = 0; i < j->count && first < end; first += j->projections[i++].n) {
        const pb_projection *p = j->projections + i;
        pb_columns own = pb_columns_of(p, first, begin, end);
        if (own.from >= own.to) continue;
        switch (j->element) {
#define BLOCKS(element) case element: block_dots(j, element, p, own.from, own.to, row); break;
        PB_BLOCKED(BLOCKS)
#undef BLOCKS
        default: __builtin_trap();
        }
    }
    pb_free(room);
}

void pb_linear_blocks(pb_element element, long m, long k, const float *x, long count, const pb_projection *projections) {
    size_t columns = (size_t)(m * k + 1) / 2, scales = (size_t)(m * k / column_group);
    float *room = pb_allocate(columns + 2 * scales);
    if (!room) __builtin_trap();
    block_job job = {.element = element, .m = m, .k = k, .columns = (int16_t *)room, .scale = room + columns,
                     .sums = room + columns + scales, .count = count, .projections = projections};
    round_rows(&job, x);
    pb_parallel_columns(k, count, projections, blocks_part, &job);
    pb_free(room);
}

#else

void pb_linear_blocks(pb_element element, long m, long k, const float *x, long count, const pb_projection *projections) {
    __builtin_trap();
}

#endif
