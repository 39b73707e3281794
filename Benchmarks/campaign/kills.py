"""Processes that are ended at any moment, and what is there afterwards."""
import os
import shutil
import signal
import sqlite3
import subprocess
import time

from programs import MODEL

GRID = ["run", "--methods", "pic,icae,truncation", "--ratios", "4,16", "--tasks", "qa,summarization", "--dataset",
        "gazette:subjects=8,documents=40,seed=3", "--limit", "120", "--latency-samples", "1", "--threads", "2"]


def samples(path):
    """Every sample with its scores, by cell and example; those that are there twice."""
    # Opened for writing: what a killed process left half done is taken back first.
    db = sqlite3.connect(path)
    rows = db.execute("""
        SELECT fingerprint, exampleID, prediction, contextTokens, keptPositions, outputTokens,
            (SELECT group_concat(metric || '=' || value) FROM
                (SELECT metric, value FROM sampleMetric WHERE sampleID = sample.id ORDER BY metric))
        FROM sample JOIN cell ON cell.id = cellID""").fetchall()
    db.close()
    found = {row[:2]: row[2:] for row in rows}
    return found, len(rows) - len(found)


def compare(program, expected, path, what):
    found, doubled = samples(path)
    if doubled:
        program.tally.fault("doubled", f"{what}: {doubled} samples")
    for key in expected:
        if key not in found:
            program.tally.fault("lost", f"{what}: {key}")
            return
        if found[key] != expected[key]:
            program.tally.fault("wrong without a word", f"{what}: {key}: {found[key]} and not {expected[key]}")
            return
    if len(found) > len(expected):
        program.tally.fault("wrong without a word", f"{what}: {len(found) - len(expected)} samples too many")


def reference(program, folder):
    """The grid that nobody ended, made once: its file, its samples, the seconds that it took."""
    db = folder.parent / "reference.sqlite"
    if program.reference is None:
        begun = time.monotonic()
        program.run(*GRID, "--db", db, what="the grid", most=600)
        program.reference = (db, samples(db)[0], time.monotonic() - begun)
    return program.reference


def of_runs(program, folder, count, draw):
    """A grid that is ended until it is through: what was scored stays, once, as it was."""
    _, expected, seconds = reference(program, folder)
    ends = grids = 0
    while ends < count:
        grids += 1
        db = folder / f"{grids}.sqlite"
        while True:
            process = program.start(*GRID, "--db", db, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            number = draw.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
            # Later and later, so that it comes to an end.
            wait = draw.uniform(0.05, seconds * 0.7)
            try:
                process.wait(timeout=wait)
                break
            except subprocess.TimeoutExpired:
                pass
            process.send_signal(number)
            begun = time.monotonic()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                program.tally.fault("hang", f"a run after signal {number}")
            if number != signal.SIGKILL and time.monotonic() - begun > 15:
                program.tally.fault("hang", f"a run stopped {time.monotonic() - begun:.1f} s after signal {number}")
            ends += 1
        compare(program, expected, db, f"a grid after {ends} ends")
        os.remove(db)
    return f"{ends} ends of {grids} grids"


def of_writers(program, folder, count, draw):
    """Two or three on one file, one of which is killed."""
    _, expected, seconds = reference(program, folder)
    for number in range(count):
        db = folder / f"{number}.sqlite"
        one = [*GRID[:-1], "1", "--db", db]
        running = [program.start(*one, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                   for _ in range(draw.choice([2, 3]))]
        time.sleep(draw.uniform(0.1, seconds))
        running[0].kill()
        for process in running:
            try:
                process.wait(timeout=seconds * 10 + 60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                program.tally.fault("hang", "a run beside others")
        compare(program, expected, db, "a grid of several")
        os.remove(db)
    return f"{count} grids of two or three, one killed"


RECIPE = """{"name": "c", "method": "pic", "seed": 3, "levels": [{"steps": 60, "ratios": [4], "subjects": [1]}],
 "contextTokensPerStep": 300, "readBackShare": 0.2, "questions": 4,
 "optimizer": {"muonRate": 0.006, "adamWRate": 0.0015, "clip": 1,
  "schedule": {"shape": "linear", "warmUp": 5, "decay": 0.5, "floor": 0.02}},
 "evaluation": {"every": 30, "subjects": [1], "documents": 2, "ratios": [4]}, "checkpointEvery": 10}"""


def of_trainings(program, folder, count, draw):
    """A training that is ended until it is through is the same to the bit as one that was not."""
    recipe = folder / "recipe.json"
    recipe.write_text(RECIPE)

    def command(name):
        return ["train", "compressor", "--method", "pic", "--name", "c", "--recipe", recipe, "--output", folder / name,
                "--db", folder / f"{name}.sqlite", "--threads", "2"]

    def weights(name):
        files = sorted(p for p in (folder / name).rglob("*.safetensors") if p.name != "checkpoint.safetensors")
        return [(p.name, p.read_bytes()) for p in files]

    begun = time.monotonic()
    program.run(*command("whole"), most=300)
    seconds = time.monotonic() - begun
    expected = weights("whole")
    ends = number = 0
    while ends < count:
        number += 1
        name = f"broken-{number}"
        while True:
            process = program.start(*command(name), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=draw.uniform(0.1, seconds * 0.9))
                break
            except subprocess.TimeoutExpired:
                process.send_signal(draw.choice([signal.SIGKILL, signal.SIGTERM]))
                process.wait()
                ends += 1
        if weights(name) != expected:
            program.tally.fault("lost" if not weights(name) else "wrong without a word", f"training {name}")
        shutil.rmtree(folder / name)
    return f"{ends} ends of {number} trainings"


def of_replacements(program, folder, count, draw):
    """Merges, exports and imports that are killed: what they write is whole, the old or the new, with no strays."""
    db, _, _ = reference(program, folder)
    old = folder / "old.sqlite"
    program.run("run", "--methods", "random", "--ratios", "4", "--tasks", "qa", "--limit", "20", "--db", old, most=120)
    for number in range(count):
        place = folder / f"{number}"
        place.mkdir()
        kind = draw.choice(["csv", "html", "merge", "json"])
        output = place / ("site" if kind == "html" else f"out.{kind}")
        command = {"merge": ["merge", db, "-o", output], "html": ["export", "html", "--db", db, "-o", output],
                   "csv": ["export", "csv", "--rows", "samples", "--db", db, "-o", output],
                   "json": ["export", "json", "--db", db, "-o", output]}[kind]
        before = None
        if kind == "merge":
            shutil.copy(old, output)
            before = samples(old)[0]
        elif kind != "html":
            output.write_text("old")
        process = program.start(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=draw.uniform(0.005, 0.6))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        ended = process.returncode == 0
        if kind == "merge":
            found = samples(output)[0]
            if any(found.get(key) != value for key, value in before.items()):
                program.tally.fault("lost", f"a killed merge: {len(before)} samples before, {len(found)} after")
            program.run("list", "cells", "--db", output)
            program.run(*command, most=60)
            if len(samples(output)[0]) != len(before) + len(samples(db)[0]):
                program.tally.fault("lost", "a merge that was killed and done again")
        else:
            if kind != "html" and not ended and output.read_text() != "old" and not ended:
                again = place / "again"
                program.run(*command[:-1], again)
                if again.read_bytes() != output.read_bytes():
                    program.tally.fault("wrong without a word", f"half an export of {kind} under its final name")
            program.run(*command, most=60)
        strays = [p.name for p in place.iterdir() if p.name not in (output.name, "again")]
        if strays:
            program.tally.fault("wrong without a word", f"strays of a killed {kind}: {strays}")
        shutil.rmtree(place)
    return f"{count} killed merges and exports"
