import PortableKernels
import Tensors
import Testing

/// Kernels as they run on this processor agree with the same source compiled for the baseline, and
/// fast paths with the plain ones.
struct KernelTests {
    @Test(arguments: 0..<comparison_count())
    func `agrees with its portable version`(_ index: Int) {
        Threads.use(2)
        let comparison = comparison_at(index)
        let difference = comparison.difference()
        #expect(difference <= comparison.tolerance, "\(String(cString: comparison.name))")
    }
}
