#include "portable.h"
#include "../../Sources/CKernels/attention_blas.c"
