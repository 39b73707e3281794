#include "portable.h"
#include "../../Sources/CKernels/linear_widened.c"
