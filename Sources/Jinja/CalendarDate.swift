/// A day, for templates that say which day it is.
public struct CalendarDate: Sendable, Hashable {
    public let year: Int
    /// From 1.
    public let month: Int
    /// From 1.
    public let day: Int

    public init(year: Int, month: Int, day: Int) {
        precondition(
            (1...12).contains(month) && (1...31).contains(day), "\(month)-\(day) is no day of a year")
        self.year = year
        self.month = month
        self.day = day
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]
    private static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    /// 0 for Sunday; by Sakamoto's method.
    private var weekday: Int {
        let shifts = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
        let year = month < 3 ? year - 1 : year
        return (year + year / 4 - year / 100 + year / 400 + shifts[month - 1] + day) % 7
    }

    /// As C's `strftime` writes midnight of the day in English.
    func formatted(_ format: String) throws -> String {
        var result = ""
        var rest = Substring(format)
        while let first = rest.popFirst() {
            guard first == "%" else {
                result.append(first)
                continue
            }
            let directive = rest.popFirst()
            // `%-d` is without a zero in front.
            let isPlain = directive == "-"
            guard let letter = isPlain ? rest.popFirst() : directive,
                let text = text(of: letter, padded: !isPlain)
            else {
                let name = "%" + (isPlain ? "-" : "") + (directive.map { isPlain ? "" : String($0) } ?? "")
                throw Fault.unsupported(kind: "date format", name: name)
            }
            result += text
        }
        return result
    }

    private func text(of letter: Character, padded: Bool) -> String? {
        func number(_ number: Int) -> String { padded && number < 10 ? "0\(number)" : "\(number)" }
        return switch letter {
        case "Y": "\(year)"
        case "y": number(year % 100)
        case "m": number(month)
        case "d": number(day)
        case "e": padded && day < 10 ? " \(day)" : "\(day)"
        case "B": Self.months[month - 1]
        case "b", "h": String(Self.months[month - 1].prefix(3))
        case "A": Self.weekdays[weekday]
        case "a": String(Self.weekdays[weekday].prefix(3))
        case "H", "M", "S": number(0)
        case "I": "12"
        case "p": "AM"
        case "F": "\(year)-\(number(month))-\(number(day))"
        case "%": "%"
        case _: nil
        }
    }
}
