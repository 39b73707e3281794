// A file of Sources/CKernels that follows this header is compiled for the baseline processor, under
// names of its own.
#ifndef PORTABLE_H
#define PORTABLE_H

#define PB_KERNEL
#define pb_rms_norm portable_rms_norm
#define pb_rms_norm_backward portable_rms_norm_backward
#define pb_add portable_add
#define pb_axpy portable_axpy
#define pb_multiply portable_multiply
#define pb_add_row portable_add_row
#define pb_sum_rows portable_sum_rows
#define pb_sum_of_squares portable_sum_of_squares
#define pb_swiglu portable_swiglu
#define pb_swiglu_backward portable_swiglu_backward
#define pb_rope portable_rope
#define pb_argmax portable_argmax
#define pb_cross_entropy portable_cross_entropy
#define pb_cross_entropy_backward portable_cross_entropy_backward
#define pb_adamw portable_adamw
#define pb_has_packed_products portable_has_packed_products
#define pb_linear portable_linear
#define pb_linear_widened portable_linear_widened
#define pb_attention portable_attention
#define pb_attention_backward portable_attention_backward
#define pb_attention_row portable_attention_row
#define pb_attention_softmax portable_attention_softmax
#define pb_attends_by_tiles portable_attends_by_tiles
#define pb_attends_by_panels portable_attends_by_panels
#define pb_has_bfloat16_tiles portable_has_bfloat16_tiles
#define pb_screen_best portable_screen_best
#define pb_screen_make portable_screen_make
#define pb_screen_free portable_screen_free

#endif
