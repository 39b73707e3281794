"""kvpress on PyTorch, as a worker of caches.py: python peer_kvpress.py FOLDER THREADS"""
import pathlib
import sys

import torch
import transformers
from transformers import AutoModelForCausalLM, DynamicCache

from common import serve, timed, token_ids

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Tests" / "References"))
import presses  # noqa: E402

folder, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
model = AutoModelForCausalLM.from_pretrained(folder, dtype="auto").eval()


@torch.inference_mode()
def read(ids, press):
    cache = DynamicCache()
    if press is None:
        model(input_ids=ids, past_key_values=cache, logits_to_keep=1)
    else:
        with press(model):
            model(input_ids=ids, past_key_values=cache, logits_to_keep=1)
    return []


def compress(context, method, ratio):
    ids = torch.tensor([token_ids(context, model.config.vocab_size)])
    budget = -(-context // ratio)
    made = None if method == "prefill" else dict(presses.of(budget, context, whole=True))[method]
    return lambda: timed(lambda: read(ids, made and made()))


serve({"name": "kvpress", "version": f"{torch.__version__}, transformers {transformers.__version__}"},
      {"compress": compress})
