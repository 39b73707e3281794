#include "portable.h"
#include "../../Sources/CKernels/optimizers.c"
