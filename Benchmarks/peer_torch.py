"""PyTorch, by transformers, as a worker of peers.py: python peer_torch.py FOLDER THREADS ATTENTION"""
import json
import pathlib
import sys

import torch
import transformers

from common import serve, timed, token_ids

folder, threads, attention = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
torch.set_num_threads(threads)
config = json.loads((folder / "config.json").read_text())
model = transformers.AutoModelForCausalLM.from_pretrained(
    folder, dtype=getattr(torch, config["torch_dtype"]), attn_implementation=attention).eval()


def read(ids):
    return model(torch.tensor([ids]), use_cache=True, logits_to_keep=1)


@torch.inference_mode()
def prefill(context):
    ids = token_ids(context, config["vocab_size"])
    return lambda: timed(torch.inference_mode()(lambda: [int(read(ids).logits[0, -1].argmax())]))


def decode(context, new):
    ids = token_ids(context, config["vocab_size"])

    @torch.inference_mode()
    def run():
        out = read(ids)
        tokens = [out.logits[:, -1].argmax(-1, keepdim=True)]

        def steps():
            state = out
            for _ in range(new):
                state = model(tokens[-1], past_key_values=state.past_key_values, use_cache=True)
                tokens.append(state.logits[:, -1].argmax(-1, keepdim=True))

        seconds, _ = timed(steps)
        return seconds, [int(token) for token in tokens]

    return run


serve({"name": "PyTorch", "version": f"{torch.__version__}, transformers {transformers.__version__}"},
      {"prefill": prefill, "decode": decode})
