"""Lines of mixed text that this script and the tests make alike: from a seed and the pools of a fixture.

Run alone it writes the fixture.
"""
import json
import pathlib

FIXTURE = pathlib.Path(__file__).parent.parent / "TokenizersTests" / "Fixtures" / "mixed-text.json"

POOLS = [
    # English
    """the of and to in is that for it was with as on be at by this had not are but from or have an they
    which one you were all her she there would their we him been has when who will no more if out so said
    what up its about than into them can only other time new some could these two may first then do any my
    now such like our over man me even most made after also did many off before must well back through years
    Internationalization antidisestablishmentarianism GPU OpenBLAS naïve café coöperate résumé O'Neill don't
    I'm we'll They've she'd it's YOU'RE CAN'T WE'LL ’s don’t rock'n'roll e.g. U.S.A. Mr. http://example.org/a?b=c&d=%20
    user@example.org #hashtag @name snake_case camelCase kebab-case ALLCAPS MiXeD""".split(),
    # Code
    ["def f(x):\n    return x ** 2", "\tif (a == b) {\n\t\treturn c[i]++;\n\t}", "for i in 0..<n { sum += i }", "#include <stdio.h>",
     "x = {'a': [1, 2], \"b\": None}", "SELECT * FROM t WHERE id != 3;", "\\frac{a}{b}", "a->b::c<T>()", "/* comment */ // more",
     "<html><body class=\"x\">&nbsp;</body></html>", "   \t  ", "\r\n", "\n\n\n", " \n \n", "        ", "\t\t\t", "0x1F", "1e-5", "!==", "===", "..."],
    # Numbers
    ["0", "7", "42", "100", "1984", "12345", "3.14159", "1,000,000", "-273.15", "2²", "½", "Ⅷ", "١٢٣", "१२३", "１２３", "①②", "10%", "$9.99", "1st",
     "2026-11-24", "12:34:56", "x1y2z3", "00000000", "99999999999999999999"],
    # Chinese, Japanese, Korean
    ["你好", "世界", "北京是中国的首都。", "語言模型", "上下文压缩", "人工智能，", "東京タワー", "こんにちは", "カタカナ", "ﾊﾝｶｸ", "日本語の文章です。", "안녕하세요",
     "한국어", "ㄱㄴㄷ", "각", "𠀀𠀁", "㐀", "「引用」", "　", "…", "—", "ＡＢＣ"],
    # Arabic, Hebrew, Persian
    ["مرحبا", "بالعالم", "السلام عليكم", "اللُّغَة", "العَرَبِيَّة", "شلام", "שלום", "עולם", "שָׁלוֹם", "فارسی", "می‌خواهم", "۱۲۳", "،", "؟", "ﷺ", "ﻻ"],
    # Hindi and others of India and beyond
    ["नमस्ते", "दुनिया", "हिन्दी", "क्षत्रिय", "मानक", "বাংলা", "தமிழ்", "తెలుగు", "ไทย", "ภาษาไทย", "ខ្មែរ", "မြန်မာ", "ქართული", "Հայերեն", "አማርኛ", "བོད་"],
    # Cyrillic, Greek, Latin with marks
    ["Привет", "мир", "Ёлка", "й", "и\u0306", "Ελλάδα", "ΌΣΟΣ", "ς", "Ünïcödé", "Łódź", "İstanbul", "ıI", "ﬁligature", "ﬀ", "Straße", "ẞ", "ǅ", "ʼn", "Đặng",
     "e\u0301", "E\u0301\u0327", "a\u0323\u0307", "a\u0307\u0323", "n\u0303", "A\u030A", "\u212B", "\u2126", "\u1E9B\u0323", "\u0340\u0341", "\u0958", "\u2ADC"],
    # Emoji
    ["😀", "👍🏽", "👨‍👩‍👧‍👦", "🇳🇴", "🏳️‍🌈", "❤️", "☺", "🤷🏻‍♀️", "🦙", "✓", "→", "∑", "√2", "𝒜𝓑", "♠", "🎉🎉🎉", "\u2764\uFE0F\u200D\U0001F525"],
    # Control, format and white space characters, unassigned and private ones, late letters
    ["\x00", "\x01\x02", "\x07", "\x1b[0m", "\x7f", "\x80", "\x85", "\xa0", "\xad", "\u0300", "\u200b", "\u200c", "\u200d", "\u200e", "\u2028", "\u2029",
     "\u202e", "\u2060", "\u205f", "\u3000", "\ufeff", "\ufffe", "\uffff", "\ufffd", "\ue000", "\U0010ffff", "\U000e0001", "\x0b\x0c", "\x1c\x1d\x1e\x1f",
     "\u088f", "\U00011de0", "\u32ff", "\U00011935\U00011930", "\U00011938", "\ua7f2", "\U0001fbf3", "\U000323b0", "\u180e", "\u1680"],
    # What looks like bytes, marks and special tokens
    ["Ã©", "â€™", "ï¿½", "Ġthe", "Ċ", "ĠĠ", "▁the", "▁▁", "▁", "_", "<0xE2>", "<0x0A>", "<0xZZ>", "<s>", "</s>", "<unk>", "<|endoftext|>", "<|im_start|>",
     "<|im_end|>", "<|extra|", "<s", "[INST]", "<|user|>", "\\u00e9", "\\xe2\\x82", "%E2%82%AC", "&eacute;", "<mask>", "<tag>", "<tag>s", "<Tag>",
     "'s", "'S", "'ſ", "'ll", "'LL", "'Re", "''", "'", "'T", "'d", "'tis", "’ll"],
]
RANGES = [
    (0x20, 0x7E), (0x20, 0x7E), (0x00, 0x1F), (0x7F, 0x24F), (0x250, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF), (0xE00, 0x11FF),
    (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x218F), (0x2190, 0x2BFF), (0x3000, 0x30FF), (0x3130, 0x33FF), (0x4E00, 0x9FFF), (0xA000, 0xABFF),
    (0xAC00, 0xD7A3), (0xE000, 0xF8FF), (0xF900, 0xFAFF), (0xFB00, 0xFFFF), (0x10000, 0x10FFF), (0x11000, 0x16FFF), (0x17000, 0x1CFFF), (0x1D000, 0x1F2FF),
    (0x1F300, 0x1FAFF), (0x1FB00, 0x33FFF), (0xE0000, 0xE01FF),
]
SEPARATORS = [" ", " ", " ", " ", " ", " ", " ", " ", "", "", "", "", "  ", "\n", "\t", "   ", "-", ", ", ".\n\n", "\u00a0"]


class Generator:
    """SplitMix64."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return (z ^ (z >> 31)) % bound


def lines(count, seed=1):
    random = Generator(seed)
    for _ in range(count):
        line = ""
        for _ in range(1 + random.below(12)):
            # English is half of it, a pool of scalars from anywhere a tenth.
            choice = random.below(2 * len(POOLS) + 2)
            if choice >= 2 * len(POOLS):
                low, high = RANGES[random.below(len(RANGES))]
                for _ in range(1 + random.below(6)):
                    line += chr(low + random.below(high - low + 1))
            else:
                pool = POOLS[choice if choice < len(POOLS) else 0]
                line += pool[random.below(len(pool))]
            line += SEPARATORS[random.below(len(SEPARATORS))]
        yield line


if __name__ == "__main__":
    FIXTURE.write_text(json.dumps({"pools": POOLS, "ranges": RANGES, "separators": SEPARATORS}, separators=(",", ":")))
    print(FIXTURE.stat().st_size, sum(len(t.encode()) for t in lines(12_000)))
