#include "portable.h"
#include "../../Sources/CKernels/linear.c"
