#include "portable.h"
#include "../../Sources/CKernels/attention_softmax.c"
