import Tensors
import Testing

struct VisibilityTests {
    @Test func `intervals are sorted and united`() {
        var visibility = Visibility()
        visibility.append([5..<7, 0..<2, 2..<3, 6..<9, 4..<4])
        #expect(visibility[0] == [0..<3, 5..<9])
        #expect(visibility.visiblePairs == 7)
        #expect(visibility.keyBound == 9)
    }

    @Test func `causal rows see themselves and before`() {
        let visibility = Visibility.causal(3)
        #expect((0..<3).map { visibility[$0] } == [[0..<1], [0..<2], [0..<3]])
    }
}
