import Seeding

/// The words that gazette documents are made of: small pools, so that a small model can learn them.
enum GazetteWords {
    private static func words(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// `count` combinations of a beginning and an ending, in a fixed random order.
    private static func combine(_ a: [String], _ b: [String], _ count: Int, seed: UInt64) -> [String] {
        var generator = SeededGenerator(seed: seed)
        return Array(generator.shuffled(a.flatMap { x in b.map { x + $0 } }).prefix(count))
    }

    static let firstNames = words(
        """
        Alice Amara Anders Anita Arthur Astrid Bela Bianca Boris Bruno Carla Cecil Chloe Clara
        Conrad Dalia Daniel Diana Dmitri Dora Edgar Edith Elena Elias Emma Enzo Erik Esther Felix
        Fiona Flora Frank Gavin Georg Gina Greta Hana Hugo Ida Igor Ines Irene Isaac Ivan Jana
        Jasper Joan Jonas Julia Kai Karl Kira Lara Leo Lena Liam Lina Lucas Lydia Magda Marco
        Maria Martin Maya Mila Milo Mina Nadia Nils Nina Nora Olaf Olga Oscar Otto Paula Pavel
        Petra Quinn Rafael Rita Robin Rosa Ruben Ruth Samir Sara Selma Silas Simon Sofia Stefan
        Sven Tara Theo Thomas Tilda Una Ursula Vera Victor Viola Walter Wanda Wendell Xenia Yara
        Yusuf Zara Zelda Zoltan
        """)
    static let surnameBeginnings = words(
        """
        Hart Black Wood Stone Green Marl Thorn Ash Whit Fair Holm Lock Cald Brad Wind Raven Cross
        Wake
        """)
    static let surnameEndings = words(
        """
        well ford ley worth man field ridge more ton wick
        """)
    static let townBeginnings = words(
        """
        Bel Dun Port Kings North Oak Silver Red Clear East Glen Mill Lake Sand Fox Rose
        """)
    static let townEndings = words(
        """
        mont ville haven brook dale port burg gate
        """)
    static let companyNames = words(
        """
        Apex Borealis Cobalt Delphi Ember Falcon Granite Helix Indigo Juniper Kestrel Lumen
        Meridian Nimbus Onyx Pinnacle Quartz Ridgeline Summit Tundra Umbra Vertex Willow Zephyr
        Anchor Beacon Cedar Drift Echo Fathom Harbor Ivory Jade Lattice Magnet Nectar Orchid
        Prism Saffron Topaz
        """)
    static let companyKinds = words(
        """
        Labs Systems Motors Foods Textiles Press Energy Robotics
        """)
    static let eventNames = words(
        """
        Lantern Harvest Tulip River Comet Maple Amber Coral Thunder Velvet Crystal Meadow Garnet
        Snow Dragon Swallow Candle Mirror Pepper Sparrow Violet Copper Cherry Marble
        """)
    static let eventKinds = words(
        """
        Festival Fair Regatta Marathon Congress Parade
        """)
    static let placeNames = words(
        """
        Albion Bramble Castor Dorian Elster Fenwick Gallow Hadrian Isolde Jarrow Keeper Lorne
        Mercer Norden Orsini Pellam Quarry Rowan Selkie Tarn Ulster Vesper Warden Yarrow
        """)
    static let placeKinds = words(
        """
        Bridge Tower Museum Library Theatre Lighthouse
        """)
    static let professions = words(
        """
        chemist painter lawyer pilot baker surgeon novelist engineer farmer teacher sculptor
        banker violinist architect botanist carpenter diver editor florist geologist historian
        jeweler linguist mason nurse optician plumber potter sailor tailor
        """)
    static let hobbies = words(
        """
        chess fencing pottery sailing archery gardening photography knitting hiking origami
        astronomy cycling calligraphy kayaking birdwatching juggling weaving climbing skating
        puzzles
        """)
    static let instruments = words(
        """
        cello flute guitar harp oboe piano trumpet viola banjo clarinet drums accordion lute
        mandolin organ trombone
        """)
    static let subjects = words(
        """
        physics law medicine history music economics biology philosophy geometry geology theology
        botany drama logic painting rhetoric
        """)
    static let products = words(
        """
        batteries bicycles candles carpets clocks cameras engines furniture gloves helmets
        jackets kettles lamps mirrors pianos pumps radios sensors tents tiles toys umbrellas
        violins windows
        """)
    static let materials = words(
        """
        granite marble brick timber steel limestone concrete glass copper sandstone
        """)
    static let months = words(
        """
        January February March April May June July August September October November December
        """)
    static let collections = words(
        """
        sculptures manuscripts fossils tapestries coins maps clocks paintings orchids telescopes
        swords masks pottery stamps organs mosaics
        """)
    static let surnames = combine(surnameBeginnings, surnameEndings, 150, seed: 1)
    static let towns = combine(townBeginnings, townEndings, 100, seed: 2)
    static let years = (1900..<2000).map(String.init)
    static let numbers = stride(from: 20, to: 1000, by: 10).map(String.init)

    static let fillers = [
        "The weather that week was mild and dry.",
        "Little else was written down at the time.",
        "Several old letters mention the same story.",
        "Local papers gave the matter a short note.",
        "Nobody seems to dispute this account.",
        "The records are kept in a small archive.",
        "Many readers have asked for more details.",
        "It was a quiet season for everyone.",
        "A short report followed some days later.",
        "Opinions on this point are still divided.",
        "The rest of the file is missing.",
        "People there still talk about it.",
        "Further notes can be found in the appendix.",
        "The story was told again and again.",
        "A photograph from those days survives.",
    ]

    /// What stands in front of a statement that was told before.
    static let openers = [
        "As everyone there knows,", "It is often said that", "To say it once more,",
        "The neighbours will tell you that", "In short,", "The papers agree that", "One should add that",
        "It is worth repeating that", "Nobody doubts that", "Again and again one reads that",
    ]
    /// Those of the test split alone.
    static let heldOutOpeners = ["By all accounts,", "Those who know will confirm that"]

    /// What leads from one subject, `{value}`, to the next.
    static let links = [
        "So much for {value}; the next name is {subject}.", "After {value} it is time for {subject}.",
        "From {value} the story moves on to {subject}.", "The next name in this account is {subject}.",
        "There is also something to be said about {subject}.", "Quite another matter is {subject}.",
    ]
    static let heldOutLinks = ["Leaving {value} behind, one comes to {subject}."]

    /// First words of statements that are no names.
    static let lowered: Set<String> = [
        "The", "By", "Today", "In", "At", "Friends", "About", "Work", "Visitors", "Nothing", "Shops", "It",
        "There",
        "People", "One",
    ]
}
