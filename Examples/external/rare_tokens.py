"""Keeps the tokens that the context has least often; of equals, the first."""

import collections
import json
import sys


def say(**message):
    print(json.dumps(message), flush=True)


say(type="hello", protocol=1, name="Rare tokens", wants=["tokens"], returns="indices")
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "open":
        say(type="ready")
    elif message["type"] == "compress":
        tokens = message["tokens"]
        count = collections.Counter(tokens)
        order = sorted(range(len(tokens)), key=lambda i: count[tokens[i]])
        say(type="kept", id=message["id"], indices=sorted(order[: message["budget"]]))
