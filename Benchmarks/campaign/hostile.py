"""Results files of somebody who means harm: any text in any column, and numbers out of every range."""
import re
import shutil
import sqlite3

NAMES = ["../../../x", "../index", "a" * 300, "", "\x1b[2J\x1b]0;x\x07", "<script>alert(1)</script>", "a|b\n\n# c",
         "[x](javascript:alert(1))", "`x`", "=1+1", "\u202egnp", "%2e%2e", "{{x}}", "\\input{/etc/passwd}", "nan",
         "\u0000x", "\ud7ff", "9" * 400, "null", "[]", "{", '"']
NUMBERS = [0, -1, 1e308, -1e308, 2**62, 0.5, 1e-320]


def damage(path, draw):
    db = sqlite3.connect(path)
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
              if not name.startswith(("sqlite", "grdb"))]
    for _ in range(draw.choice([1, 3, 10, 40])):
        table = draw.choice(tables)
        columns = [(row[1], row[2]) for row in db.execute(f"PRAGMA table_info({table})")]
        name, kind = draw.choice(columns)
        value = draw.choice(NAMES if kind in ("TEXT", "") or draw.random() < 0.2 else NUMBERS)
        try:
            every = [row for (row,) in db.execute(f"SELECT rowid FROM {table} ORDER BY rowid")]
            for row in draw.sample(every, min(len(every), draw.choice([1, 5, 1000]))):
                db.execute(f"UPDATE {table} SET {name} = ? WHERE rowid = ?", (value, row))
        except sqlite3.Error:
            continue
    if draw.random() < 0.7:
        # As if whoever did it had known about checksums.
        try:
            db.execute("UPDATE cell SET checksum = NULL")
        except sqlite3.Error:
            pass
    db.commit()
    db.close()


def stores(program, folder, count, draw):
    reference = folder / "reference.sqlite"
    program.run("run", "--methods", "pic,truncation,random", "--ratios", "4,16", "--tasks", "qa,summarization", "--limit",
                "20", "--latency-samples", "2", "--db", reference, most=120)
    for number in range(count):
        place = folder / f"{number}"
        place.mkdir()
        db = place / "r.sqlite"
        shutil.copy(reference, db)
        damage(db, draw)
        what = f"hostile store {number}"
        for form in ("markdown", "csv", "json", "latex"):
            result = program.run("export", form, "--db", db, what=f"{what}, {form}", most=60)
            if form in ("markdown", "latex") and any(c < 32 and c != 10 or c == 127 for c in result.output):
                program.tally.fault("wrong without a word", f"{what}: control characters in {form}")
            # Between marks it is shown as it is.
            if form == "markdown" and b"<script" in re.sub(rb"(`+) ?.*? ?\1", b"", result.output):
                program.tally.fault("wrong without a word", f"{what}: markup in {form}")
        program.run("export", "csv", "--rows", "samples", "--db", db, what=f"{what}, samples", most=60)
        program.run("export", "html", "--db", db, "-o", place / "deep" / "site", what=f"{what}, html", most=60)
        program.run("list", "cells", "--db", db, what=f"{what}, cells", most=60)
        program.run("compare", "pic", "truncation", "--db", db, what=f"{what}, compare", most=60)
        program.run("merge", db, "-o", place / "all.sqlite", what=f"{what}, merge", most=60)
        program.run("run", "--methods", "truncation", "--ratios", "4", "--tasks", "qa", "--limit", "20",
                    "--latency-samples", "2", "--db", db, what=f"{what}, run", most=60)
        for path in place.rglob("*"):
            name = str(path.relative_to(place))
            known = re.fullmatch(r"(r|all)\.sqlite(-journal|-wal|-shm)?|deep(/site(/(methods|cells))?)?", name)
            if not known and not re.fullmatch(r"deep/site/((methods|cells)/)?[a-z0-9-]{1,80}\.[a-z]+", name):
                program.tally.fault("wrong without a word", f"{what}: a file {name!r}")
        for path in folder.iterdir():
            if path.name != str(number) and not path.name.startswith("reference"):
                program.tally.fault("wrong without a word", f"{what}: {path} outside of its folder")
        shutil.rmtree(place)
    return f"{count} stores"
