/// English abbreviations, whose full stop does not end a sentence or not always.
enum Abbreviations {
    /// What a word with a full stop behind it says about the sentence.
    enum Kind {
        /// It goes on: `Mr.`, `e.g.`
        case title
        /// It goes on where a number follows: `No. 5`, `Fig. 3`
        case beforeNumber
        /// It goes on unless a word follows that begins sentences: `Inc.`, `U.S.`, `a.m.`, initials
        case open
        /// Nothing: the word is on no list.
        case none
    }

    static func kind(of word: String) -> Kind {
        if titles.contains(word) { return .title }
        if beforeNumbers.contains(word) { return .beforeNumber }
        if open.contains(word) || isInitial(word) || isDotted(word) { return .open }
        return .none
    }

    /// Whether a word with a capital begins a sentence rather than goes on with a name.
    static func begins(_ word: String) -> Bool { openers.contains(word) }

    /// One capital letter, as in `J. R. R. Tolkien`.
    private static func isInitial(_ word: String) -> Bool {
        let scalars = word.unicodeScalars
        return scalars.count == 1 && scalars.allSatisfy { $0.properties.isUppercase }
    }

    /// One or two letters between full stops or hyphens: `U.S`, `p.m`, `Ph.D`, `J.-P`.
    private static func isDotted(_ word: String) -> Bool {
        let parts = word.split { $0 == "." || $0 == "-" }
        return parts.count > 1 && word.contains(".")
            && parts.allSatisfy { $0.count <= 2 && $0.allSatisfy(\.isLetter) }
    }

    private static func list(_ words: String) -> Set<String> {
        Set(words.split(separator: " ").map(String.init))
    }

    private static let titles = list(
        """
        Mr Mrs Ms Mx Messrs Mssrs Mme Mlle Dr Drs Prof Rev Fr Hon Gen Maj Capt Cpt Lt Col Sgt Cpl Pvt Pfc Adm \
        Cmdr Comdr Brig Gov Sen Sens Rep Reps Pres Amb Atty Supt Insp Mt Mts Msgr Wm Geo Chas Thos Jas Jos \
        MR MRS MS DR e.g i.e E.g I.e cf Cf viz Viz vs v ca approx Approx esp incl resp
        """)
    private static let beforeNumbers = list(
        """
        No Nos no nos Nr N° N.º Fig Figs fig figs Eq Eqs eq eqs Sec Secs sec Sect Ch Chs ch Chap chap Vol Vols \
        vol vols Art Arts art Par par Para Pt pt Ex ex App Tab tab Ref Refs ref refs Bk bk Op op Ver ver Ed \
        pp Pp p l ll n nn vv f ff b d r fl c Rs
        """)
    // Without "etc.": a capital behind it begins a sentence more often than not.
    private static let open = list(
        """
        Inc Ltd Co Corp Bros co inc ltd corp Cos Cie Jr Sr Esq jr sr al St Sts st Ave ave Blvd blvd Rd rd Hwy \
        Sq Ft ft lb lbs oz Dept dept Univ Assn Assoc Asst Bldg Mfg Gov't Jan Feb Mar Apr Jun Jul Aug Sep Sept \
        Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri Ala Ariz Calif Colo Conn Fla Kan Ky Md Mich Minn Mo \
        Mont Neb Nev Okla Penn Tenn Va Vt Wis Wyo Treas Eds eds trans Trans repr Repr
        """)
    private static let openers = list(
        """
        The This That These Those There Then Thus They He She It We You I My His Her Its Our Your Their A An \
        And But Or So Yet If In At By For From With Without As When Where While What Which Who Why How However \
        Although Though After Before Since Because Did Do Does Is Are Was Were Has Have Had Can Could Would \
        Should No Not Nor Now Here Please Yes Once Some Many Most Both Each Every Another Such Others \
        Moreover Furthermore Meanwhile Nevertheless Perhaps During Despite Until Under To Also Only Even Still \
        Later On
        """)
}
