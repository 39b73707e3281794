"""The program under test: how it is run, and what counts as a fault."""
import collections
import os
import pathlib
import signal
import subprocess
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
MODEL = REPOSITORY / "Models" / "gazette-1m"
MOST_SECONDS = 20

KINDS = ("lost", "doubled", "wrong without a word", "trap", "hang", "more than a line")


class Tally:
    def __init__(self):
        self.counts = collections.Counter()
        self.runs = 0
        self.faults = []

    def fault(self, kind, what):
        assert kind in KINDS
        self.counts[kind] += 1
        self.faults.append(f"{kind}: {what}")
        print(self.faults[-1], flush=True)

    @property
    def line(self):
        return f"{self.runs} runs of the program: " + ", ".join(f"{self.counts[kind]} {kind}" for kind in KINDS)


class Result:
    def __init__(self, status, output, error, seconds):
        self.status, self.output, self.error, self.seconds = status, output, error, seconds


class Program:
    def __init__(self, executable, folder, tally):
        self.executable = str(pathlib.Path(executable).resolve())
        self.tally = tally
        # The grid of kills.py, once it was made.
        self.reference = None
        # Locks and scratch files of its own: other runs of this machine are not waited for.
        self.environment = dict(os.environ, TMPDIR=str(folder))

    def start(self, *arguments, **options):
        self.tally.runs += 1
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        return subprocess.Popen([self.executable, *map(str, arguments)], cwd=REPOSITORY, env=self.environment, **options)

    def run(self, *arguments, what=None, most=MOST_SECONDS, **options):
        """To its end. A trap, a hang and an error of several lines are faults, whatever was asked."""
        what = what or " ".join(map(str, arguments))
        begun = time.monotonic()
        process = self.start(*arguments, **options)
        try:
            output, error = process.communicate(timeout=most)
        except subprocess.TimeoutExpired:
            process.kill()
            output, error = process.communicate()
            self.tally.fault("hang", f"{what} after {most} s")
            return Result(None, output or b"", error or b"", most)
        error = (error or b"").decode(errors="replace")
        status = process.returncode
        if status < 0 or status in (128 + signal.SIGILL, 128 + signal.SIGSEGV, 128 + signal.SIGABRT, 128 + signal.SIGBUS):
            self.tally.fault("trap", f"{what}: status {status}: {error[:200]!r}")
        elif status not in (0, 130):
            last = [line for line in error.splitlines() if line.startswith("Error: ")]
            if "Fatal error" in error or "Stack dump" in error or "Current stack trace" in error:
                self.tally.fault("trap", f"{what}: {error[:200]!r}")
            elif len(last) > 1 or "Usage: " in error:
                self.tally.fault("more than a line", f"{what}: {error[:200]!r}")
        return Result(status, output or b"", error, time.monotonic() - begun)
