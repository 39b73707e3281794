// Cuts rows into tiles of neighbours that see similar keys; see attention.c.
#include "attention.h"
#include <stdlib.h>

enum { cell_budget = 1 << 16 };

typedef struct {
    int32_t *lo, *hi;
    long count;
} intervals;

// The union of two ascending lists of intervals; returns how many keys it holds.
static long unite(const intervals *a, const int32_t *lo, const int32_t *hi, long count, intervals *out) {
    long i = 0, j = 0, keys = 0;
    out->count = 0;
    while (i < a->count || j < count) {
        bool first = j >= count || (i < a->count && a->lo[i] <= lo[j]);
        int32_t l = first ? a->lo[i] : lo[j], h = first ? a->hi[i] : hi[j];
        if (first) i++;
        else j++;
        if (out->count && l <= out->hi[out->count - 1]) {
            if (h > out->hi[out->count - 1]) {
                keys += h - out->hi[out->count - 1];
                out->hi[out->count - 1] = h;
            }
        } else {
            out->lo[out->count] = l;
            out->hi[out->count++] = h;
            keys += h - l;
        }
    }
    return keys;
}

static void *copy_of(const int32_t *source, long count) {
    int32_t *copy = malloc((size_t)(count + 1) * sizeof(int32_t));
    if (copy && count > 0) memcpy(copy, source, (size_t)count * sizeof(int32_t));
    return copy;
}

void pb_attention_plan_free(pb_attention_plan *p) {
    if (!p) return;
    free(p->starts), free(p->lo), free(p->hi), free(p->tile_row), free(p->tile_union);
    free(p->union_lo), free(p->union_hi), free(p->group_tile), free(p);
}

// Rows before a cut see no key that rows behind it see.
static char *find_cuts(long rows, const int32_t *starts, const int32_t *lo, const int32_t *hi) {
    char *cut = calloc((size_t)rows + 1, 1);
    int32_t *least = malloc(((size_t)rows + 1) * sizeof(int32_t));
    if (!cut || !least) {
        free(cut), free(least);
        return NULL;
    }
    least[rows] = INT32_MAX;
    for (long r = rows; r-- > 0;) {
        int32_t first = starts[r] < starts[r + 1] ? lo[starts[r]] : INT32_MAX;
        least[r] = first < least[r + 1] ? first : least[r + 1];
    }
    int32_t most = INT32_MIN;
    for (long r = 0; r < rows; r++) {
        cut[r] = most <= least[r];
        if (starts[r] < starts[r + 1] && hi[starts[r + 1] - 1] > most) most = hi[starts[r + 1] - 1];
    }
    free(least);
    return cut;
}

pb_attention_plan *pb_attention_plan_make(long rows, const int32_t *starts, const int32_t *lo,
                                          const int32_t *hi) {
    long total = rows ? starts[rows] : 0;
    pb_attention_plan *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->rows = rows;
    p->starts = copy_of(starts, rows + 1);
    p->lo = copy_of(lo, total);
    p->hi = copy_of(hi, total);
    p->tile_row = malloc(((size_t)rows + 2) * sizeof(int32_t));
    p->tile_union = malloc(((size_t)rows + 2) * sizeof(int32_t));
    p->group_tile = malloc(((size_t)rows + 2) * sizeof(int32_t));
    p->union_lo = malloc(((size_t)total + 1) * sizeof(int32_t));
    p->union_hi = malloc(((size_t)total + 1) * sizeof(int32_t));
    char *cut = find_cuts(rows, starts, lo, hi);
    size_t room = ((size_t)total + 1) * sizeof(int32_t);
    intervals current = {malloc(room), malloc(room), 0}, grown = {malloc(room), malloc(room), 0};
    bool ok = p->starts && p->lo && p->hi && p->tile_row && p->tile_union && p->group_tile
        && p->union_lo && p->union_hi && cut && current.lo && current.hi && grown.lo && grown.hi;
    long visible = 0, keys = 0, united = 0;
    for (long r = 0; ok && r <= rows; r++) {
        long begin = p->tiles ? p->tile_row[p->tiles] : 0;
        long count = r < rows ? starts[r + 1] - starts[r] : 0, own = 0;
        for (long i = 0; i < count; i++) own += hi[starts[r] + i] - lo[starts[r] + i];
        bool close = r == rows || cut[r] || r - begin >= pb_most_tile_rows;
        long next = 0;
        if (!close) {
            next = unite(&current, lo + starts[r], hi + starts[r], count, &grown);
            // Denser than a third, or small enough that one product beats many.
            long cells = next * (r - begin + 1);
            close = (cells > cell_budget && r - begin >= 8)
                || (cells > 3 * (visible + own) && cells > 2048);
        }
        if (close && r > begin) {
            if (p->tiles == 0) p->tile_row[0] = p->tile_union[0] = 0;
            memcpy(p->union_lo + united, current.lo, (size_t)current.count * sizeof(int32_t));
            memcpy(p->union_hi + united, current.hi, (size_t)current.count * sizeof(int32_t));
            united += current.count;
            if (keys * (r - begin) > p->most_cells) p->most_cells = keys * (r - begin);
            p->tiles++;
            p->tile_row[p->tiles] = (int32_t)r;
            p->tile_union[p->tiles] = (int32_t)united;
        }
        if (r == rows) break;
        if (cut[r]) p->group_tile[p->groups++] = (int32_t)p->tiles;
        if (close) {
            current.count = visible = 0;
            next = unite(&current, lo + starts[r], hi + starts[r], count, &grown);
        }
        intervals swap = current;
        current = grown;
        grown = swap;
        keys = next;
        visible += own;
    }
    if (ok) p->group_tile[p->groups] = (int32_t)p->tiles;
    free(cut), free(current.lo), free(current.hi), free(grown.lo), free(grown.hi);
    if (ok) return p;
    pb_attention_plan_free(p);
    return NULL;
}
