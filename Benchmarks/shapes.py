"""Checkpoints with random weights, as Hugging Face folders and as GGUF files.

    python Benchmarks/shapes.py FOLDER [NAME...]

Needs numpy and, for GGUF, the gguf package, for quantised ones llama-cpp-python too. The same numbers in both: what a program makes of one
can be compared with what another makes of the other.
"""
import json
import pathlib
import struct
import sys

import numpy as np

from common import SHAPES

THETA, EPSILON, LIMIT = 10000.0, 1e-5, 8192


def config(s):
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": s["vocab"],
        "hidden_size": s["d"], "intermediate_size": s["ff"], "num_hidden_layers": s["layers"],
        "num_attention_heads": s["heads"], "num_key_value_heads": s["kv"], "head_dim": s["d"] // s["heads"],
        "hidden_act": "silu", "rms_norm_eps": EPSILON, "rope_theta": THETA, "tie_word_embeddings": True,
        "max_position_embeddings": LIMIT, "attention_bias": False, "mlp_bias": False,
        "torch_dtype": s["dtype"],
    }


def weights(s):
    """(name, float32 array), in the order of a file."""
    random = np.random.default_rng(1)
    d, ff, head = s["d"], s["ff"], s["d"] // s["heads"]
    matrix = lambda rows, width: (random.standard_normal((rows, width), np.float32) / np.float32(width) ** 0.5)
    ones = np.ones(d, np.float32)
    yield "model.embed_tokens.weight", matrix(s["vocab"], d)
    for i in range(s["layers"]):
        layer = f"model.layers.{i}."
        yield layer + "input_layernorm.weight", ones
        yield layer + "self_attn.q_proj.weight", matrix(s["heads"] * head, d)
        yield layer + "self_attn.k_proj.weight", matrix(s["kv"] * head, d)
        yield layer + "self_attn.v_proj.weight", matrix(s["kv"] * head, d)
        yield layer + "self_attn.o_proj.weight", matrix(d, s["heads"] * head)
        yield layer + "post_attention_layernorm.weight", ones
        yield layer + "mlp.gate_proj.weight", matrix(ff, d)
        yield layer + "mlp.up_proj.weight", matrix(ff, d)
        yield layer + "mlp.down_proj.weight", matrix(d, ff)
    yield "model.norm.weight", ones


def bfloat16(x):
    """The upper halves of the numbers, rounded to nearest even."""
    bits = x.view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def write_safetensors(s, path):
    header, parts, offset = {}, [], 0
    for name, x in weights(s):
        data = x if s["dtype"] == "float32" else bfloat16(x)
        header[name] = {"dtype": "F32" if s["dtype"] == "float32" else "BF16", "shape": list(x.shape),
                        "data_offsets": [offset, offset + data.nbytes]}
        offset += data.nbytes
        parts.append(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 64)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for data in parts:
            data.tofile(file)


def write_gguf(s, path):
    import gguf

    writer = gguf.GGUFWriter(path, "llama")
    head = s["d"] // s["heads"]
    writer.add_context_length(LIMIT)
    writer.add_embedding_length(s["d"])
    writer.add_block_count(s["layers"])
    writer.add_feed_forward_length(s["ff"])
    writer.add_head_count(s["heads"])
    writer.add_head_count_kv(s["kv"])
    writer.add_rope_dimension_count(head)
    writer.add_rope_freq_base(THETA)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_vocab_size(s["vocab"])
    writer.add_tokenizer_model("none")
    names = {"model.embed_tokens": "token_embd", "model.norm": "output_norm",
             "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
             "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
             "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
             "mlp.down_proj": "ffn_down"}
    for name, x in weights(s):
        stem = name.removesuffix(".weight")
        if stem.startswith("model.layers."):
            _, _, layer, rest = stem.split(".", 3)
            # GGUF's Llama rotates neighbouring pairs where Hugging Face rotates halves.
            if rest in ("self_attn.q_proj", "self_attn.k_proj"):
                x = x.reshape(-1, 2, head // 2, s["d"]).swapaxes(1, 2).reshape(x.shape)
            stem = f"blk.{layer}.{names[rest]}"
        else:
            stem = names[stem]
        if x.ndim == 2 and s["dtype"] == "bfloat16":
            writer.add_tensor(f"{stem}.weight", bfloat16(np.ascontiguousarray(x)).view(np.uint8),
                              raw_dtype=gguf.GGMLQuantizationType.BF16)
        else:
            writer.add_tensor(f"{stem}.weight", np.ascontiguousarray(x))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_quantised(s, path):
    """What llama.cpp makes of the same numbers."""
    import llama_cpp

    plain = path.with_suffix(".plain")
    write_gguf(s, plain)
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = {"Q4_1": 3, "Q8_0": 7, "Q4_K_M": 15}[s["gguf"]]
    if llama_cpp.llama_model_quantize(str(plain).encode(), str(path).encode(), parameters):
        sys.exit(f"llama.cpp cannot quantise {plain}")
    plain.unlink()


def make(folder, name):
    """FOLDER/NAME with config.json and the checkpoints of its kind, where they are not there yet."""
    s = SHAPES[name]
    target = pathlib.Path(folder) / name
    target.mkdir(parents=True, exist_ok=True)
    (target / "config.json").write_text(json.dumps(config(s), indent=1))
    writers = {"model.gguf": write_quantised} if "gguf" in s else {
        "model.safetensors": write_safetensors, "model.gguf": write_gguf}
    for file, write in writers.items():
        if not (target / file).exists():
            write(s, target / ("new-" + file))
            (target / ("new-" + file)).rename(target / file)


if __name__ == "__main__":
    for name in sys.argv[2:] or SHAPES:
        make(sys.argv[1], name)
