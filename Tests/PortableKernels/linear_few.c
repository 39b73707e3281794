#include "portable.h"
#include "../../Sources/CKernels/linear_few.c"
