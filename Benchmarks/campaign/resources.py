"""Full disks, closed streams, little memory, files that are none, and numbers out of range."""
import json
import os
import resource
import subprocess
import time

GRID = ["run", "--methods", "truncation", "--ratios", "4", "--tasks", "qa", "--limit", "10", "--latency-samples", "0"]


def cases(program, folder, rounds, draw):
    done = 0
    for number in range(rounds):
        place = folder / f"{number}"
        place.mkdir()
        for case in (full_output, closed_streams, small_files, little_memory, no_files, large_numbers, large_data):
            case(program, place)
            done += 1
    return f"{done} cases of little room"


def expect(program, result, part, what):
    if result.status in (0, None) or part not in result.error:
        program.tally.fault("wrong without a word", f"{what}: status {result.status}, {result.error[-200:]!r}")


def full_output(program, place):
    program.run(*GRID, "--db", place / "r.sqlite", most=60)
    with open("/dev/full", "w") as full:
        for command in (["export", "csv"], ["export", "json"], ["list", "cells"], GRID):
            result = program.run(*command, "--db", place / "r.sqlite", stdout=full, what=f"{command} > /dev/full")
            expect(program, result, "cannot be written", f"{command} > /dev/full")
        # What a program says of itself may be lost; its result may not.
        result = program.run(*GRID, "--db", place / "s.sqlite", stderr=full, what="run 2> /dev/full", most=60)
        if result.status != 0:
            program.tally.fault("wrong without a word", f"run 2> /dev/full: status {result.status}")


def closed_streams(program, place):
    for streams in (">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"):
        command = f"exec {program.executable} {' '.join(GRID)} --db {place}/c.sqlite {streams}"
        program.tally.runs += 1
        status = subprocess.run(["sh", "-c", command], env=program.environment, capture_output=True, timeout=60).returncode
        if status not in (0, 1):
            program.tally.fault("trap", f"{streams}: status {status}")


def limited(kind, value):
    return lambda: resource.setrlimit(kind, (value, value))


def small_files(program, place):
    """No file may have more than 40 kB: the disk is full."""
    result = program.run(*GRID, "--db", place / "f.sqlite", preexec_fn=limited(resource.RLIMIT_FSIZE, 40_000),
                         what="a run on a full disk", most=60)
    expect(program, result, "f.sqlite", "a run on a full disk")
    result = program.run("export", "html", "--db", place / "r.sqlite", "-o", place / "site",
                         preexec_fn=limited(resource.RLIMIT_FSIZE, 10_000), what="a site on a full disk", most=60)
    expect(program, result, "site", "a site on a full disk")
    if (place / "site").exists():
        program.tally.fault("wrong without a word", "half a site")


def little_memory(program, place):
    """What cannot be had is said, whatever it was wanted for."""
    for megabytes in (300, 600, 1200):
        program.run(*GRID, "--db", place / f"m{megabytes}.sqlite", what=f"a run in {megabytes} MB of addresses",
                    preexec_fn=limited(resource.RLIMIT_AS, megabytes << 20), most=60)


def no_files(program, place):
    fifo = place / "fifo"
    os.mkfifo(fifo)
    for arguments in (["--db", fifo], ["--dataset", f"squad={fifo}"], ["--model", fifo], ["--dataset", f"text={fifo}"]):
        result = program.run(*GRID, *arguments, what=f"{arguments[0]} is a FIFO")
        expect(program, result, "FIFO", f"{arguments[0]} is a FIFO")
    for path in ("/dev/zero", "/dev/null", place, "/nonesuch"):
        result = program.run(*GRID, "--dataset", f"squad={path}", what=f"--dataset squad={path}")
        expect(program, result, str(path), f"--dataset squad={path}")


def large_numbers(program, place):
    db = ["--db", place / "n.sqlite"]
    for arguments in (["--limit", "-1"], ["--limit", "9223372036854775808"], ["--ratios", "1e400"], ["--ratios", "0.5"],
                      ["--budgets", "0"], ["--budgets", "99999999999999999999"], ["--threads", "0"],
                      ["--threads", "1000000"], ["--latency-samples", "-3"], ["--seeds", "-1"],
                      ["--dataset", "gazette:documents=1e18"], ["--dataset", "gazette:subjects=0"],
                      ["--dataset", "gazette:subjects=99999999"], ["--shots", "-1"], ["--part", "5/4"]):
        result = program.run(*GRID, *db, *arguments, what=" ".join(arguments))
        if result.status in (0, None):
            program.tally.fault("wrong without a word", f"{arguments} was taken")
    program.run("generate", "--prompt", "x", "--max-new-tokens", "9223372036854775807", what="--max-new-tokens")


def large_data(program, place):
    """More documents and questions than anybody asks for: only those are made or kept."""
    begun = time.monotonic()
    result = program.run(*GRID, "--db", place / "l.sqlite", "--dataset", "gazette:documents=1000000", "--limit", "2",
                         what="gazette:documents=1000000 --limit 2")
    if result.status != 0 or time.monotonic() - begun > 20:
        program.tally.fault("hang", f"a million documents, of which 2 are wanted: {time.monotonic() - begun:.1f} s")
    squad = place / "large.json"
    with open(squad, "w") as file:
        file.write('{"version": "1.1", "data": [')
        for article in range(200):
            questions = [{"id": f"{article}-{i}", "question": "Who wrote it?", "answers":
                          [{"text": "Anna", "answer_start": 0}]} for i in range(1000)]
            file.write(("," if article else "") + json.dumps(
                {"title": "t", "paragraphs": [{"context": f"Anna wrote number {article}.", "qas": questions}]}))
        file.write("]}")
    result = program.run(*GRID, "--db", place / "q.sqlite", "--dataset", f"squad={squad}", "--limit", "2",
                         preexec_fn=limited(resource.RLIMIT_DATA, 1 << 30), what="200,000 questions, 2 wanted", most=60)
    if result.status != 0:
        program.tally.fault("wrong without a word", f"200,000 questions in 1 GB: {result.error[-200:]!r}")
    text = place / "large.txt"
    with open(text, "w") as file:
        for _ in range(2000):
            file.write("word " * 20_000)
    result = program.run("generate", "--context", text, "--question", "Who?", what="a context of 200 MB")
    expect(program, result, "large.txt", "a context of 200 MB")
    word = place / "word.jsonl"
    word.write_text(json.dumps({"context": "x" * 200_000, "question": "Who?", "answers": ["Anna"]}) + "\n")
    program.run(*GRID, "--db", place / "w.sqlite", "--dataset", f"jsonl={word}", what="a word of 200 kB")
