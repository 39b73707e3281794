"""GGUF files of the tiny checkpoints of `architectures.py`, as llama.cpp's converter writes them, and what llama.cpp
computes with them: logits of two short sequences and of a long one, and 64 greedy tokens.

Names of tensors are the gguf package's. llama.cpp keeps keys and values in float32 here, so that nothing is rounded.
"""
import ctypes
import json
import math
import pathlib

import gguf
import llama_cpp as ll
import numpy as np

FIXTURES = pathlib.Path(__file__).parent.parent / "LanguageModelsTests" / "Fixtures"
OUT = FIXTURES / "gguf"
TOKENS = [[5, 17, 3, 3, 28, 9, 0, 1], [30, 2, 11, 4, 4, 8, 19, 7]]
LONG = [(i * i * 7 + i * 3 + 5) % 31 for i in range(300)]
PLACES = [0, 1, 31, 128, 200, 299]
FOLDERS = {"gemma3-bf16": "gemma3", "granite": "granite", "olmo2": "olmo2", "phi3": "phi3", "phi4-mini": "phi3",
           "smollm3": "smollm3"}


def safetensors(file):
    data = file.read_bytes()
    size = int.from_bytes(data[:8], "little")
    for name, entry in json.loads(data[8:8 + size]).items():
        if name == "__metadata__": continue
        first, end = (8 + size + offset for offset in entry["data_offsets"])
        if entry["dtype"] == "BF16":
            values = (np.frombuffer(data[first:end], "<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            values = np.frombuffer(data[first:end], "<f4")
        yield name, values.reshape(entry["shape"])


def permute(weights, heads):
    """As convert_hf_to_gguf.py does it for llama's q and k, and its kin's."""
    return (weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:]).swapaxes(1, 2)
            .reshape(weights.shape))


def write(folder, kind):
    config = json.loads((FIXTURES / "architectures" / folder / "config.json").read_text())
    rope = config.get("rope_parameters") or {}
    w = gguf.GGUFWriter(OUT / f"{folder}.gguf", kind)
    hidden, heads, kv_heads = config["hidden_size"], config["num_attention_heads"], config["num_key_value_heads"]
    layers, length = config["num_hidden_layers"], config["max_position_embeddings"]
    w.add_vocab_size(config["vocab_size"])
    w.add_context_length(length)
    w.add_embedding_length(hidden)
    w.add_block_count(layers)
    w.add_feed_forward_length(config["intermediate_size"])
    w.add_head_count(heads)
    w.add_head_count_kv(kv_heads)
    w.add_layer_norm_rms_eps(config["rms_norm_eps"])
    w.add_rope_freq_base(config.get("rope_theta") or rope["rope_theta"])
    if kind == "gemma3":
        w.add_key_length(config["head_dim"])
        w.add_value_length(config["head_dim"])
        w.add_sliding_window(config["sliding_window"])
        w.add_sliding_window_pattern(config["sliding_window_pattern"])
        w.add_float32("gemma3.rope.freq_base_swa", config["rope_local_base_freq"])
        w.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        w.add_rope_scaling_factor(config["rope_scaling"]["factor"])
    if kind == "phi3":
        original = config["original_max_position_embeddings"]
        w.add_rope_dimension_count(int(config.get("partial_rotary_factor", 1) * hidden) // heads)
        w.add_rope_scaling_orig_ctx_len(original)
        w.add_sliding_window(config["sliding_window"] or 0)
        if (scaling := config.get("rope_scaling")):
            w.add_rope_scaling_attn_factors(math.sqrt(1 + math.log(length / original) / math.log(original)))
            w.add_tensor("rope_factors_long.weight", np.array(scaling["long_factor"], np.float32))
            w.add_tensor("rope_factors_short.weight", np.array(scaling["short_factor"], np.float32))
    if kind in ("granite", "smollm3"):
        w.add_rope_dimension_count(hidden // heads)
    if kind == "granite":
        w.add_attention_scale(config["attention_multiplier"])
        w.add_embedding_scale(config["embedding_multiplier"])
        w.add_residual_scale(config["residual_multiplier"])
        w.add_logit_scale(config["logits_scaling"])
        w.add_bool("granite.rope.scaling.finetuned", True)
    w.add_tokenizer_model("no_vocab")
    w.add_bos_token_id(config["bos_token_id"])
    w.add_eos_token_id(config["eos_token_id"])
    names = gguf.get_tensor_name_map({v: k for k, v in gguf.MODEL_ARCH_NAMES.items()}[kind], layers)
    for name, data in safetensors(FIXTURES / "architectures" / folder / "model.safetensors"):
        if kind == "gemma3" and name.endswith("norm.weight"): data = data + 1
        if kind in ("granite", "smollm3") and "q_proj" in name: data = permute(data, heads)
        if kind in ("granite", "smollm3") and "k_proj" in name: data = permute(data, kv_heads)
        w.add_tensor(names.get_name(name, try_suffixes=(".weight", ".bias")), np.ascontiguousarray(data))
    for step in (w.write_header_to_file, w.write_kv_data_to_file, w.write_tensors_to_file):
        step()
    w.close()


def context_of(model):
    parameters = ll.llama_context_default_params()
    parameters.n_ctx, parameters.n_batch, parameters.n_ubatch = 512, 512, 512
    parameters.type_k = parameters.type_v = 0
    parameters.flash_attn_type = 0
    parameters.swa_full = True
    return ll.llama_init_from_model(model, parameters)


def logits(context, tokens, first, vocabulary):
    """Of every token; [tokens, vocabulary]."""
    batch = ll.llama_batch_init(len(tokens), 0, 1)
    batch.n_tokens = len(tokens)
    for i, token in enumerate(tokens):
        batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.logits[i] = token, first + i, 1, 1
        batch.seq_id[i][0] = 0
    assert ll.llama_decode(context, batch) == 0
    rows = [np.ctypeslib.as_array(ll.llama_get_logits_ith(context, i), (vocabulary,)).copy()
            for i in range(len(tokens))]
    ll.llama_batch_free(batch)
    return np.stack(rows)


def computed(folder, vocabulary=31):
    model = ll.llama_model_load_from_file(str(OUT / f"{folder}.gguf").encode(), ll.llama_model_default_params())

    def fresh(tokens):
        context = context_of(model)
        return context, logits(context, tokens, 0, vocabulary)

    short = [fresh(tokens)[1] for tokens in TOKENS]
    long = fresh(LONG)[1][PLACES]
    context, rows = fresh(TOKENS[0])
    greedy = []
    for place in range(len(TOKENS[0]), len(TOKENS[0]) + 64):
        greedy.append(int(rows[-1].argmax()))
        rows = logits(context, greedy[-1:], place, vocabulary)
    listed = lambda a: [float(f"{v:.7g}") for v in np.asarray(a).flatten().tolist()]
    return {"short": listed(short), "long": listed(long), "greedy": greedy}


@ll.llama_log_callback
def quiet(level, text, data):
    if level == 4: print(text.decode(), end="")


ll.llama_log_set(quiet, ctypes.c_void_p(0))
result = {}
for folder, kind in FOLDERS.items():
    write(folder, kind)
    result[folder] = computed(folder)
    print(folder, (OUT / f"{folder}.gguf").stat().st_size, len(set(result[folder]["greedy"])))
(FIXTURES / "gguf-architectures.json").write_text(json.dumps({"tokens": TOKENS, "places": PLACES, "models": result}))
