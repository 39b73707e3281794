// Kernels as they run on this processor beside the same source compiled for the baseline, and fast
// paths beside the plain ones that they replace, on made-up numbers.
#ifndef COMPARISONS_H
#define COMPARISONS_H

typedef struct {
    const char *name;
    /// The largest difference of any output, relative to the largest output.
    double (*difference)(void);
    double tolerance;
} comparison;

long comparison_count(void);
comparison comparison_at(long index);

#endif
