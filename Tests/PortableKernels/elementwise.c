#include "portable.h"
#include "../../Sources/CKernels/elementwise.c"
