"""Greedy answers of a model behind llama.cpp's server beside those of picbench's own engine, on the same prompts.

    python3 Benchmarks/server.py .build/release/picbench MODEL.gguf [--weights f32] [--data squad=dev-v1.1.json]

The server is that of the PyPI package llama-cpp-python[server], on loopback. Both runs are `picbench run`; what is compared
are the samples of their results files: the same question behind the full context, behind a quarter of it, and without.
With `--weights f32` both read a copy of the file whose numbers are written out in 32 bits: where weights are quantised,
llama.cpp rounds activations to 8 bits as well, which picbench does not.
"""
import argparse
import json
import pathlib
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

from common import environment, machine

PACKAGES = ["llama-cpp-python[server]", "gguf", "numpy"]


def write_out(source, target):
    """A GGUF file with all tensors in float32; runs in the environment that has the packages."""
    from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter
    from gguf.quants import dequantize

    reader = GGUFReader(source)
    architecture = reader.get_field("general.architecture").contents()
    writer = GGUFWriter(target, architecture)
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name in ("general.architecture", "general.file_type"):
            continue
        kind = field.types[0]
        writer.add_key_value(
            field.name, field.contents(), kind, field.types[-1] if kind == GGUFValueType.ARRAY else None)
    writer.add_file_type(0)
    for tensor in reader.tensors:
        data = dequantize(tensor.data, tensor.tensor_type)
        writer.add_tensor(tensor.name, data.astype("float32"), raw_dtype=GGMLQuantizationType.F32)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address, server, log):
    for _ in range(300):
        if server.poll() is not None:
            sys.exit(f"the server ended: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{address}/models", timeout=5) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(0.5)
    sys.exit("the server does not answer")


def predictions(file):
    rows = sqlite3.connect(file).execute(
        "SELECT methodID, exampleID, prediction FROM sample JOIN cell ON cell.id = cellID")
    return {(method, example): text for method, example, text in rows}


def likelihoods(file):
    rows = sqlite3.connect(file).execute(
        "SELECT methodID, exampleID, value FROM sampleMetric JOIN sample ON sample.id = sampleID"
        " JOIN cell ON cell.id = cellID WHERE metric = 'nats'")
    return {(method, example): value for method, example, value in rows}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("picbench")
    options.add_argument("model")
    options.add_argument("--weights", choices=["stored", "f32"], default="stored")
    options.add_argument("--data", default="gazette:subjects=8,documents=25,seed=1")
    options.add_argument("--limit", default="100")
    options.add_argument("--shots", default="2")
    options.add_argument("--likelihoods", action="store_true", help="compared as well: that server takes seconds for each prompt's")
    options.add_argument("--api", choices=["completions", "chat"], default="completions")
    options.add_argument("--python", help="of an environment that has the packages")
    options.add_argument("--write-out", metavar="TARGET", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.write_out:
        return write_out(given.model, given.write_out)
    python = environment(given.python, PACKAGES)
    with tempfile.TemporaryDirectory(prefix="picbench-server-") as place:
        place = pathlib.Path(place)
        model = pathlib.Path(given.model)
        if given.weights == "f32":
            model = place / (model.stem + ".f32.gguf")
            subprocess.run(
                [python, __file__, given.picbench, given.model, "--write-out", str(model)], check=True)
        port = free_port()
        address = f"http://127.0.0.1:{port}/v1"
        log = place / "server.log"
        with log.open("w") as output:
            server = subprocess.Popen(
                [python, "-m", "llama_cpp.server", "--model", model, "--host", "127.0.0.1", "--port", str(port),
                 "--n_ctx", "4096", "--model_alias", "model",
                 # A new request would break off the one before it.
                 "--interrupt_requests", "false",
                 "--logits_all", "true" if given.likelihoods else "false"],
                stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_for(address, server, log)
            common = [given.picbench, "run", "--methods", "truncation", "--ratios", "4", "--tasks", "qa", "--dataset",
                      given.data, "--limit", given.limit, "--shots", given.shots, "--latency-samples", "0"]
            plain = ["--chat-template", "none"] if given.api == "completions" else []
            chat = ["--api", "chat"] if given.api == "chat" else []
            seconds = {}
            for name, more in {
                "own engine": ["--model", str(model), *plain],
                "server": ["--model", address, "--tokenizer", str(model), "--requests", "4", *plain, *chat],
            }.items():
                begin = time.time()
                done = subprocess.run(
                    [*common, *more, "--db", str(place / f"{name}.sqlite")], capture_output=True, text=True)
                seconds[name] = time.time() - begin
                if done.returncode:
                    sys.exit(f"{name}: {done.stderr[-2000:]}\n{log.read_text()[-2000:]}")
        finally:
            server.terminate()
            server.wait()
        own, served = (predictions(place / f"{name}.sqlite") for name in ("own engine", "server"))
        print(f"{machine()}; {model.name}, {given.api}, {given.data}")
        for method in ("none", "truncation", "no-context"):
            shared = [key for key in own if key[0] == method and key in served]
            same = [key for key in shared if own[key] == served[key]]
            print(f"{method}: {len(same)} of {len(shared)} answers are the same text")
            for key in [key for key in shared if key not in same][:5]:
                print(f"    {key[1]}: {own[key]!r} here, {served[key]!r} there")
        own, served = (likelihoods(place / f"{name}.sqlite") for name in ("own engine", "server"))
        shared = [key for key in own if key in served]
        if shared:
            far = max(abs(own[key] - served[key]) for key in shared)
            print(f"nats a token of the gold answer: {len(shared)} compared, at most {far:.4f} apart")
        else:
            print("the server did not say how likely the gold answers are")
        print(", ".join(f"{name} {value:.0f} s" for name, value in seconds.items()))


if __name__ == "__main__":
    main()
