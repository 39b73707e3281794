"""How expected ids and texts of many lines are kept: a SHA-256 for each chunk of lines."""
import hashlib
import itertools


def hashes(lines, chunk):
    lines = iter(lines)
    while part := list(itertools.islice(lines, chunk)):
        digest = hashlib.sha256()
        for line in part:
            data = line.encode() if isinstance(line, str) else " ".join(map(str, line)).encode()
            digest.update(f"{len(data)} ".encode() + data)
        yield digest.hexdigest()[:16]
