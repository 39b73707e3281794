#include "portable.h"
#include "../../Sources/CKernels/screen.c"
