#include "portable.h"
#include "../../Sources/CKernels/attention_row.c"
