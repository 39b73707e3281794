#include "portable.h"
#include "../../Sources/CKernels/attention.c"
