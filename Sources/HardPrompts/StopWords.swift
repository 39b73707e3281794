/// English words that say little by themselves: articles, pronouns, forms of be, have and do, modal verbs,
/// prepositions, conjunctions and a few adverbs.
///
/// A list of our own. Negations and the words that questions begin with are not in it, since what is said or asked
/// turns on them.
public enum StopWords {
    /// Whether a word is one, in capital or small letters.
    public static func contains(_ word: String) -> Bool { list.contains(word.lowercased()) }

    private static let list = Set(
        """
        a an the this that these those
        i me my mine myself you your yours yourself yourselves he him his himself she her hers herself
        it its itself we us our ours ourselves they them their theirs themselves one ones
        am is are was were be been being have has had having do does did doing done
        i'm you're he's she's it's we're they're i've you've we've they've i'd you'd he'd she'd we'd they'd
        i'll you'll he'll she'll we'll they'll that's there's
        can could may might must shall should will would ought
        about above across after against along among around as at before behind below beneath beside between
        beyond by down during for from in into near of off on onto out over past since through throughout to
        toward towards under until up upon via with within without
        and but or if because while although though whereas than so then both either
        there here also too very just only such each every any some all both own same other another more most
        much many
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}
