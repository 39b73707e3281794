"""Word and sentence boundaries by implementations that are not ours.

Word_Break and Sentence_Break of every scalar and the word boundaries of mixed text by uniseg (Unicode 16);
sentences as the golden rules of pragmatic segmenter and pysbd want them, and as marked by hand in real text,
with what pysbd and ICU (with and without CLDR's suppressions) say to each.

A sentence ends, its white space included, where a line below has a ‖; ⏎ is a line break.
"""
import json
import pathlib
import random

import icu
import pysbd
from uniseg.sentencebreak import sentence_break
from uniseg.wordbreak import word_break, words

import mixed_text

OUT = pathlib.Path(__file__).parent.parent / "SegmentationTests" / "Fixtures"

# English golden rules in the order of https://github.com/nipunsadvilkar/pySBD, tests/lang/test_english.py (MIT).
GOLDEN = r'''
Hello World. ‖My name is Jonas.
What is your name? ‖My name is Jonas.
There it is! ‖I found it.
My name is Jonas E. Smith.
Please turn to p. 55.
Were Jane and co. at the party?
They closed the deal with Pitt, Briggs & Co. at noon.
Let's ask Jane and co. ‖They should know.
They closed the deal with Pitt, Briggs & Co. ‖It closed yesterday.
I can see Mt. Fuji from here.
St. Michael's Church is on 5th st. near the light.
That is JFK Jr.'s book.
I visited the U.S.A. last year.
I live in the E.U. ‖How about you?
I live in the U.S. ‖How about you?
I work for the U.S. Government in Virginia.
I have lived in the U.S. for 20 years.
At 5 a.m. Mr. Smith went to the bank. ‖He left the bank at 6 P.M. ‖Mr. Smith then went to the store.
She has $100.00 in her bag.
She has $100.00. ‖It is in her bag.
He teaches science (He previously worked for 5 years as an engineer.) at the local University.
Her email is Jane.Doe@example.com. ‖I sent her an email.
The site is: https://www.example.50.com/new-site/awesome_content.html. ‖Please check it out.
She turned to him, 'This is great.' she said.
She turned to him, "This is great." she said.
She turned to him, "This is great." ‖She held the book out to show him.
Hello!! ‖Long time no see.
Hello?? ‖Who is there?
Hello!? ‖Is that you?
Hello?! ‖Is that you?
1.) The first item ‖2.) The second item
1.) The first item. ‖2.) The second item.
1) The first item ‖2) The second item
1) The first item. ‖2) The second item.
1. The first item ‖2. The second item
1. The first item. ‖2. The second item.
• 9. The first item ‖• 10. The second item
⁃9. The first item ‖⁃10. The second item
a. The first item ‖b. The second item ‖c. The third list item
You can find it at N°. 1026.253.553. ‖That is where the treasure is.
She works at Yahoo! in the accounting department.
We make a good team, you and I. ‖Did you see Albert I. Jones yesterday?
Thoreau argues that by simplifying one’s life, “the laws of the universe will appear less complex. . . .”
"Bohr [...] used the analogy of parallel stairways [...]" (Smith 55).
If words are left off at the end of a sentence, and that is all that is omitted, indicate the omission with ellipsis marks (preceded and followed by a space) and then indicate the end of the sentence with a period . . . . ‖Next sentence.
I never meant that.... ‖She left the store.
I wasn’t really ... well, what I mean...see . . . what I'm saying, the thing is . . . I didn’t mean it.
One further habit which was somewhat weakened . . . was that of combining words into self-interpreting compounds. ‖. . . The practice was not abandoned. . . .
'''

REAL = r'''
This did not lead well towards the news that Mr. Garth was on the brink of losing ninety-two pounds and more. ‖Fred was silent.
Logically all these things point one way! he has assurance of some kind that he will acquire some higher life. ‖He dreads the consequence--the burden of a soul.
As he moved about upon the starling, Mr. Wood became sensible that he was not alone. ‖Some one was standing beside him.
It was of no use protesting, against Mrs. Cadwallader's way of putting things. ‖But Sir James's countenance changed a little.
The first of these four, Lihou, was originally a priory dependent on the Priory of St. Michel-du-Valle, which was of itself a dependency of the great Abbey of Mont St. Michel in Normandy.
Similar stories are told of the Forest Church, of St. Martin’s and the Vale Churches, of St. Brelade’s in Jersey, and many others.
Only recently I have heard Walter C. Kelly as "The Virginia Judge." ‖Save for a certain gentle side it was true to life.
As I came along the corridor I saw Mr. Morris looking out of a window. ‖He turned as he heard my footsteps.
But there was one man to whom M. de Damèque’s disappearance meant much. ‖In Paris he had left a dear friend, a Dr. Legrand.
In two or three minutes later Van Helsing was in the room in his dressing-gown, and Mr. Morris and Lord Godalming were with Dr. Seward at the door asking questions.
Combien gagnez vous, la belle? ‖Combien gagnez vous par an? ‖Belle Rose au rosier blanc!
Had he ever been a spy himself? ‖No, he scorned the base insinuation. ‖What did he live upon?
The blue-flies buzzed again, and Mr. Attorney-General called Mr. Jarvis Lorry.
Far to the north of New Orleans the city of St. Paul was afflicted, some years since, by a similar agitation. ‖It will be remembered that St. Paul thrived.
The populace cried enthusiastically, “No!” and the President rang his bell to quiet them. ‖Which it did not, for they continued to cry “No!”
Holmes was for the moment as startled as I. ‖His hand closed like a vice upon my wrist in his agitation. ‖Then he broke into a low laugh and put his lips to my ear.
I came upon the wrecked handling-machine halfway to St. John’s Wood station. ‖At first I thought a house had fallen across the road.
It is not, perhaps, without its value (see Fig. 3 and pp. 12-14). ‖The rest is in Vol. II of the report.
Chapter 4. ‖THE WAR (1914-1918.) ‖It began in the summer.
We hold these truths to be self-evident, that all men are created equal, that they are endowed by their Creator with certain unalienable Rights. ‖That to secure these rights, Governments are instituted among Men.
“You have it!” he cried. ‖“Then let us go, Mr. Holmes, before they come.” ‖She rose.
"Worse than that. ‖I really feel a little responsible."
"Is it?" ‖"Quite." ‖They went in.
The committee (Drs. Smith and Jones, Prof. E. B. White et al.) met at 10 a.m. on Jan. 5. ‖Nobody came.
Sales rose 3.5% to $1,000.50 per share. ‖20 analysts had expected less.
Upgrade to v2.0.1 before Nov. 30. ‖Version 3.14 is not supported.
The company, Acme Inc., moved from Washington, D.C. to Boston in 1999. ‖Profits followed.
He studied at M.I.T. and later at U.C. Berkeley. ‖She took a Ph.D. at Yale.
Open main.swift or README.md, not foo.c. ‖Then build it.
Write to jane.doe@example.com or see https://example.org/a.b?c=d!e. ‖We answer within a day.
Wait... what did you say? ‖I said... nothing. ‖Nothing at all... ‖She turned away.
Well… perhaps. ‖I thought so too… ‖Nobody else did.
Really?! ‖You must be joking!!! ‖Not at all.
He shouted: "Stop!" ‖Then he ran.
(See above.) ‖It was noted [in 1901.] ‖They agreed.
That was Plan B. ‖Then there was Plan C.
J. R. R. Tolkien and C. S. Lewis were friends; J.-P. Sartre was not. ‖They met in Oxford.
George W. Bush and John F. Kennedy were U.S. presidents. ‖Both lived in the U.S. ‖They never met.
Use fruits, e.g. apples, i.e. Malus domestica, cf. Smith (2001). ‖Pears do as well.
It was Kramer vs. Kramer. ‖No. 5 was Roe v. Wade.
No. ‖I will not go to No. 10 today.
The reaction takes approx. 20 min. at 5 lbs. of pressure. ‖It was slow.
It works.[1] ‖Nobody knows why.[2][13] ‖The end.[citation needed]
The iPhone was late. iPads came first, etc. and so on.
Lt. Col. John Smith Jr. of Ft. Worth, Tex. met Sen. Warren on Capitol Hill. ‖They talked.
He left at 5 p.m. ‖The next train was at 6 p.m. Monday.
Mr.⏎Smith came on a line of his own,⏎and went on the next. ‖Then he left.
It is a long line that goes on and on until the width of the page is used and then⏎wraps to the next line, which is shorter. ‖It ends⏎here.⏎⏎‖And a new paragraph⏎without a full stop⏎ ⏎‖ends with its blank line.
INTRODUCTION⏎‖This is the first sentence of the introduction. ‖This is the second.
# A heading⏎‖text under it.⏎‖## Another⏎‖more text.
Ingredients:⏎‖- two eggs⏎‖- 3.5 oz. of flour⏎‖1. Beat the eggs.⏎‖2. Add the flour⏎slowly.⏎‖(a) Wait.
Q: What is it?⏎‖A: A cat⏎‖Q: Why?
1. First, mix. ‖2. Then bake. ‖3. Eat.
2.3. Results were few. ‖We found none.
'''

OTHER = {
    "zh": r'''
他说:"走吧。"‖然后他离开了。‖他哭了！‖真的吗？‖是的。
安永已聘请律师。‖公司2020年的收入为3.5亿元，增长了10%。‖为什么？！‖没有人知道……他没有回答。
他说。‖“好的。”‖她笑了（很高兴。）‖走了。
真的?‖我不信!‖你看看example.com吧。
''',
    "ja": r'''
これは父の家です。‖それは母の家ですか？‖はい、そうです！
東京は日本の首都です。‖人口は約1400万人です。‖「はい。」‖彼は笑った。
''',
    "hi": r'''
सच्चाई यह है कि इसे कोई नहीं जानता। ‖हृदय ने क्या कहा? ‖मैं नहीं जानता। ‖यह सच है॥
यह एक वाक्य है। ‖दूसरा वाक्य 3.14 के साथ है। ‖अच्छा!
''',
    "ar": r'''
هل أنت بخير؟ ‖نعم. ‖أنا بخير، شكرا! ‖إلى اللقاء.
سعر السهم 3.14 دولار. ‖هل هذا صحيح؟ ‖لا أعرف.
''',
    "ru": r'''
А. С. Пушкин родился в Москве. ‖Он умер в Петербурге! ‖Почему? ‖«Не знаю.» ‖Так он сказал.
''',
    "de": r'''
Er sagte: „Komm.“ ‖Dann ging er. ‖Es war 3.14 Uhr?
''',
}


def boundaries(pieces):
    """Ends of pieces counted in what is not white space: pysbd does not keep all of that."""
    ends, length = set(), 0
    for piece in pieces:
        length += len("".join(piece.split()))
        ends.add(length)
    return ends


def icu_sentences(text, locale):
    iterator = icu.BreakIterator.createSentenceInstance(icu.Locale(locale))
    # ICU counts UTF-16 units.
    units = icu.UnicodeString(text)
    iterator.setText(units)
    ends = [0, *iterator]
    return [str(units[a:b]) for a, b in zip(ends, ends[1:])]


def sentence_cases():
    groups = [("golden", "en", GOLDEN), ("real", "en", REAL)] + [(name, name, lines) for name, lines in OTHER.items()]
    for group, language, lines in groups:
        segmenter = pysbd.Segmenter(language=language, clean=False)
        for line in lines.strip().splitlines():
            expected = line.replace("⏎", "\n").split("‖")
            text = "".join(expected)
            said = {
                "pysbd": segmenter.segment(text),
                "ICU": icu_sentences(text, language),
                "ICU with suppressions": icu_sentences(text, language + "@ss=standard"),
            }
            same = [name for name, pieces in said.items() if boundaries(pieces) == boundaries(expected)]
            yield {"group": group, "sentences": expected, "same": same}


def word_cases():
    texts = [
        "", " ", "a", "don't can’t rock'n'roll o'clock 'tis dogs' e.g. U.S.A. J.-P. foo_bar __init__ snake-case C++ C#",
        "3.14 1,000.50 $5 -2 1;2 1:2 10% 1st v2.0.1 2026-11-24 12:34 1. .5 5, a.1 1.a",
        "http://example.org/a.b?c=d&e user@example.org main.swift C:\\dir\\file.txt",
        "東京タワーへ行きました。カタカナ・ﾊﾝｶｸ ー゛ 你好，世界！ 안녕하세요 여러분 ไทย ລາວ ខ្មែរ မြန်မာ",
        "שלום צה\"ל ג'ירפה \"שלום\" العربية ١٢٣٫٥ हिन्दी क्षत्रिय १२३ தமிழ்",
        "👨‍👩‍👧‍👦 👍🏽 🇳🇴🇸🇪🇩 ❤️ ☺ 1️⃣ a\u200d👦 ★\u200d★ ½ x² ① Ⅷ",
        "a\u0301b \u0301 a\u00adb a\u200bb a\u2060b a\u00a0b a\u202fb \u3000 \r\n \r \u2028x\u2029y \x00 \x85",
        "a''b a.'b a:b a::b a·b 1''2 1.,2 _1_a_ア ア_ア \"a\"b",
    ]
    # Letters of Unicode 17, which uniseg does not know.
    late = "\u088f\U00011de0"
    texts += [line for line in mixed_text.lines(250, seed=29) if not set(line) & set(late)]
    random.seed(29)
    pool = "ab1_.,:;'’\" \u0301\u200d\u00adאアあ中🇳👦\n\r"
    texts += ["".join(random.choices(pool, k=random.randint(2, 12))) for _ in range(250)]
    for text in texts:
        yield {"text": text, "parts": [word for word in words(text) if not is_white_space(word)]}


def is_white_space(text):
    # To Python, though not to Unicode, four control characters are white space.
    return text.isspace() and not set(text) & set("\x1c\x1d\x1e\x1f")


def ranges(value):
    """[first, last, value] of all scalars but those whose value is Other."""
    found = []
    for code in range(0x110000):
        this = None if 0xD800 <= code < 0xE000 else str(value(chr(code)).value)
        if found and found[-1][2] == this:
            found[-1][1] = code
        else:
            found.append([code, code, this])
    return [run for run in found if run[2] not in (None, "Other")]


def write(name, records):
    OUT.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records)
    (OUT / name).write_text(f"[\n{lines}\n]\n")


sentences = list(sentence_cases())
for group in dict.fromkeys(case["group"] for case in sentences):
    cases = [case for case in sentences if case["group"] == group]
    shares = {name: sum(name in case["same"] for case in cases) for name in ("pysbd", "ICU", "ICU with suppressions")}
    print(group, len(cases), shares)
write("sentences.json", sentences)
write("words.json", word_cases())
write("properties.json", [ranges(word_break), ranges(sentence_break)])
