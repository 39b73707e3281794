#include "portable.h"
#include "../../Sources/CKernels/normalization.c"
