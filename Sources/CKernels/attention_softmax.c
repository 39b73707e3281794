// What the kernels of attention share: scores become weights, and what a row does not see is hidden.
#include "attention.h"

void pb_attention_hide(const pb_attention_job *j, long tile, long row, float *scores) {
    const pb_attention_plan *p = j->plan;
    long i = p->starts[row], end = p->starts[row + 1], column = 0;
    for (long u = p->tile_union[tile]; u < p->tile_union[tile + 1]; u++) {
        long at = p->union_lo[u], stop = p->union_hi[u];
        while (at < stop) {
            while (i < end && p->hi[i] <= at) i++;
            long lo = i < end && p->lo[i] < stop ? p->lo[i] : stop;
            for (; at < lo; at++) scores[column++] = -INFINITY;
            if (at == stop) break;
            long hi = p->hi[i] < stop ? p->hi[i] : stop;
            column += hi - at;
            at = hi;
        }
    }
}

PB_KERNEL float pb_attention_soft_weights(long count, float *scores, float *sum) {
    return pb_soft_weights(count, scores, sum);
}

void pb_attention_softmax(const pb_attention_job *j, long tile, long head, long columns, long stride,
                          float *scores, float *sums) {
    long begin = j->plan->tile_row[tile], rows = pb_tile_rows(j->plan, tile);
    for (long r = 0; r < rows; r++) {
        pb_attention_hide(j, tile, begin + r, scores + r * stride);
        j->lse[(begin + r) * j->shape.heads + head] =
            pb_attention_soft_weights(columns, scores + r * stride, sums + r);
    }
}
