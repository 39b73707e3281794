"""llama.cpp as a worker of peers.py: python peer_llama.py FOLDER THREADS FLASH UBATCH

Through the C interface of llama-cpp-python, without the cost of its Python layer.
"""
import ctypes
import json
import pathlib
import sys

import llama_cpp
import numpy as np

from common import serve, timed, token_ids

folder, threads, flash, ubatch = pathlib.Path(sys.argv[1]), *map(int, sys.argv[2:5])
vocabulary = json.loads((folder / "config.json").read_text())["vocab_size"]
llama_cpp.llama_backend_init()
model = llama_cpp.llama_model_load_from_file(
    str(folder / "model.gguf").encode(), llama_cpp.llama_model_default_params())
parameters = llama_cpp.llama_context_default_params()
parameters.n_ctx, parameters.n_batch, parameters.n_ubatch = 1024, 1024, ubatch
parameters.n_threads = parameters.n_threads_batch = threads
if hasattr(parameters, "flash_attn_type"):
    parameters.flash_attn_type = flash
else:
    parameters.flash_attn = bool(flash)
context = llama_cpp.llama_init_from_model(model, parameters)


def forward(ids):
    """Reads ids and returns the best next token; only the last one's logits are made."""
    array = (llama_cpp.llama_token * len(ids))(*ids)
    if llama_cpp.llama_decode(context, llama_cpp.llama_batch_get_one(array, len(ids))):
        raise RuntimeError("llama_decode failed")
    logits = llama_cpp.llama_get_logits_ith(context, -1)
    return int(np.ctypeslib.as_array(logits, (vocabulary,)).argmax())


def clear():
    llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(context), True)


def prefill(context):
    ids = token_ids(context, vocabulary)

    def run():
        clear()
        return timed(lambda: [forward(ids)])

    return run


def decode(context, new):
    ids = token_ids(context, vocabulary)

    def run():
        clear()
        tokens = [forward(ids)]

        def steps():
            for _ in range(new):
                tokens.append(forward(tokens[-1:]))

        seconds, _ = timed(steps)
        return seconds, tokens

    return run


serve({"name": "llama.cpp", "version": f"llama-cpp-python {llama_cpp.__version__}"},
      {"prefill": prefill, "decode": decode})
