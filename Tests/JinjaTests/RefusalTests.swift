import Jinja
import Testing

/// What is refused, and with which place.
struct RefusalTests {
    private func message(_ source: String, _ variables: [String: Value] = [:]) -> String? {
        do {
            _ = try Template(source).render(variables, date: Fixture.date)
            return nil
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        ("a\n{{ x | shuffle }}", "line 2, column 8: the filter 'shuffle' is not known"),
        ("{% if 1 is prime %}{% endif %}", "line 1, column 12: the test 'prime' is not known"),
        ("\n\n{% include 'x' %}", "line 3, column 4: the tag 'include' is not known"),
        ("{{ 'a'.swapcase() }}", "line 1, column 8: the method 'swapcase' is not known"),
        ("{{ lipsum() }}", "line 1, column 4: the function 'lipsum' is not known"),
        ("{{ '{:>3}'.format(1) }}", "line 1, column 12: the format '{:>3}' is not known"),
        ("{{ strftime_now('%d %q') }}", "line 1, column 4: the date format '%q' is not known"),
        ("{{ x.y.z }}", "line 1, column 6: 'x' is undefined"),
        ("{{ 'a'\n+ b }}", "line 2, column 1: 'b' is undefined"),
        ("{{ 1 +\n 'a' }}", "line 1, column 6: '+' is not for int and str"),
        ("{{ raise_exception('No!') }}", "line 1, column 4: the template refuses this conversation: No!"),
        ("a\n{% if x %}b", "line 2, column 4: found 'if', expected 'elif' or 'else' or 'endif' behind it"),
        ("{{ (1 }}", "line 1, column 7: found '}', expected the bracket that closes an open one"),
        ("{{ 1 ; 2 }}", "line 1, column 6: found ';', expected '}}'"),
        ("{% for x of y %}{% endfor %}", "line 1, column 10: found 'of', expected 'in'"),
        ("\n{# a", "line 2, column 1: found '{#', expected '#}' behind it"),
        (
            "{{ 99999999999999999999 }}",
            "line 1, column 4: found '99999999999999999999', expected a number of at most 64 bits"
        ),
        ("{{ 9223372036854775807 + 1 }}", "line 1, column 24: it computes a number of more than 64 bits"),
    ])
    func `the place and the word are named`(_ source: String, _ expected: String) {
        #expect(message(source) == expected)
    }

    private static let doubled =
        "{% set n = namespace(x=[1]) %}{% for i in range(90) %}{% set n.x = [n.x, n.x] %}{% endfor %}"

    @Test(arguments: [
        // Without an end, or as good as.
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "in one another"),
        ("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "in one another"),
        (
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
            "takes more than 5000000 steps"
        ),
        ("{{ range(10000000000) }}", "makes a range of more than 100000 numbers"),
        ("{{ 'ab' * 9999999999 }}", "makes a text of more than"),
        ("{{ [1] * 9223372036854775807 }}", "makes a text of more than"),
        (
            "{% set n = namespace(x='ab') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
            "makes a text"
        ),
        ("{% for i in range(99999) %}{{ 'x' * 99999 }}{% endfor %}", "makes a"),
        ("{% set n = namespace(x='a' * 99999) %}{% set n.x = n.x.replace('', n.x) %}", "makes a text"),
        (
            "{% set n = namespace(x=[]) %}{% for i in range(999) %}{% set n.x = [n.x] %}{% endfor %}",
            "lists in one another"
        ),
        // Lists that share their elements, written or compared.
        (doubled + "{{ n.x }}", "makes a text"),
        (doubled + "{{ n.x | tojson }}", "makes a text"),
        (doubled + "{{ n.x == n.x }}", "makes more than"),
        (doubled + "{{ [n.x, n.x] | sort }}", "makes more than"),
        (
            "{% set s = 'ab' * 500000 %}{% for i in range(999) %}{% for c in s %}{% break %}{% endfor %}"
                + "{% endfor %}", "makes more than"
        ),
        ("{{ ('a,' * 2000000).split(',') }}", "cuts a text into more than"),
    ])
    func `what would not end is`(_ source: String, _ expected: String) {
        #expect(message(source)?.contains(expected) == true, "\(message(source) ?? "nothing")")
    }

    @Test func `a template that is nothing but nesting is refused before the stack ends`() {
        for (open, close) in [
            ("(", ")"), ("[", "]"), ("not ", ""), ("- ", ""), ("{1:", "}"), ("a if b else ", ""),
        ] {
            let source =
                "{{ " + String(repeating: open, count: 20_000) + "1" + String(repeating: close, count: 20_000)
                + " }}"
            #expect(message(source)?.contains("in one another") == true, "\(open)")
        }
        for link in [" + 1", ".a", "[0]", "|abs", " or 1", "(1)", " is odd"] {
            let chain = message("{{ x" + String(repeating: link, count: 20_000) + " }}")
            #expect(chain != nil, "\(link)")
        }
        let blocks = String(repeating: "{% if x %}", count: 20_000)
        #expect(message(blocks)?.contains("in one another") == true)
        // As deep as is allowed.
        let brackets = String(repeating: "[", count: 90) + String(repeating: "]", count: 90)
        #expect(message("{{ \(brackets) }}") == nil)
        #expect(message("{{ 1\(String(repeating: " + 1", count: 240)) }}") == nil)
    }

    @Test func `what a template says is cut where it is long`() {
        let long = message("{{ raise_exception('a\n' * 5000) }}")
        #expect(long?.count == 419 && long?.hasSuffix("…") == true)
    }

    /// A template is foreign data: whatever is changed in one, it is text or one line.
    @Test func `damaged templates are refused in one line or rendered`() throws {
        let names = ["mistral-v3", "smollm3"]
        let conversation = try Fixture.conversations()[3]
        for name in names {
            let file = Fixture.folder.appendingPathComponent("templates/\(name).jinja")
            let source = Array(try String(contentsOf: file, encoding: .utf8).unicodeScalars)
            for place in stride(from: 0, to: source.count, by: 101) {
                for change in ["", "{{", "%}", "'", "(", "-", "\u{301}", "endif"] {
                    var damaged = source
                    damaged.replaceSubrange(place..<min(place + 3, source.count), with: change.unicodeScalars)
                    var text = String.UnicodeScalarView()
                    text.append(contentsOf: damaged)
                    let message = message(String(text), conversation)
                    #expect(message?.contains("\n") != true)
                }
            }
        }
    }
}
