#include "portable.h"
#include "../../Sources/CKernels/scores.c"
