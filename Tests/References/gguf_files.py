"""GGUF files written by the gguf package: numbers in every format, tiny models, tokenizers; and what they hold.

    python gguf_files.py            all of it, into the test targets' fixtures
    python gguf_files.py FILE.gguf  what transformers says behind a prompt, for a real file (not committed)
"""
import base64
import io
import json
import pathlib
import sys

import gguf
import numpy as np

TESTS = pathlib.Path(__file__).parent.parent
rng = np.random.default_rng(5)


def formats():
    """Two blocks or more a format; what the package makes of them, to the bit."""
    out = TESTS / "GGUFTests" / "Fixtures"
    out.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(out / "formats.gguf", "llama")
    writer.add_string("a.text", "naïve ▁ text")
    writer.add_array("a.list", [1.5, -2.0])
    writer.add_uint64("a.large", 2**64 - 1)
    expected = {}
    types = gguf.GGMLQuantizationType
    for name in "F32 F16 BF16 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q4_K Q5_K Q6_K".split():
        kind = types[name]
        numbers, size = gguf.GGML_QUANT_SIZES[kind]
        rows, width = 2, max(numbers, 8)
        values = (rng.standard_normal((rows, width)) * 0.1).astype(np.float32)
        if name.endswith("_K"):
            # The package reads these and does not write them: any bits are numbers, but for the scales.
            data = rng.integers(0, 256, (rows, width // numbers * size), dtype=np.uint8)
            scales = np.array([0.013, -0.4, 6e-8], dtype=np.float16)
            for row in range(rows):
                places = [size - 2] if name == "Q6_K" else [0, 2]
                for i, place in enumerate(places):
                    data[row, place:place + 2] = scales[(row + i) % 3:(row + i) % 3 + 1].view(np.uint8)
        else:
            data = gguf.quants.quantize(values, kind)
        expected[name] = base64.b64encode(gguf.quants.dequantize(data, kind).astype("<f4").tobytes()).decode()
        writer.add_tensor(name, data, raw_dtype=kind)
    for write in (writer.write_header_to_file, writer.write_kv_data_to_file, writer.write_tensors_to_file):
        write()
    writer.close()
    (out / "formats.json").write_text(json.dumps(expected))


NAMES = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
         "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q",
         "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
         "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate",
         "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}


def permute(weights, heads):
    """As llama.cpp's convert_hf_to_gguf.py does it for llama's q and k."""
    return (weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:]).swapaxes(1, 2)
            .reshape(weights.shape))


def models():
    import torch
    from safetensors.torch import load_file
    fixtures = TESTS / "LanguageModelsTests" / "Fixtures"
    (fixtures / "gguf").mkdir(exist_ok=True)
    for folder, architecture in (("llama", "llama"), ("llama3-tied", "llama"), ("llama-linear-sharded-bf16", "llama"),
                                 ("qwen2", "qwen2"), ("qwen3", "qwen3")):
        config = json.loads((fixtures / folder / "config.json").read_text())
        tensors = {}
        for file in sorted((fixtures / folder).glob("*.safetensors")):
            tensors.update(load_file(file))
        writer = gguf.GGUFWriter(fixtures / "gguf" / f"{folder}.gguf", architecture)
        heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
        writer.add_context_length(config["max_position_embeddings"])
        writer.add_embedding_length(config["hidden_size"])
        writer.add_block_count(config["num_hidden_layers"])
        writer.add_feed_forward_length(config["intermediate_size"])
        writer.add_head_count(heads)
        writer.add_head_count_kv(kv_heads)
        writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
        if "head_dim" in config:
            writer.add_key_length(config["head_dim"])
            writer.add_value_length(config["head_dim"])
        rope = config["rope_parameters"]
        writer.add_rope_freq_base(rope["rope_theta"])
        if rope["rope_type"] == "linear":
            writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
            writer.add_rope_scaling_factor(rope["factor"])
        if rope["rope_type"] == "llama3":
            # As convert_hf_to_gguf.py writes Llama 3's: a factor for each pair of a head.
            base, dim, factors = rope["rope_theta"], config["head_dim"], []
            low, high = rope["low_freq_factor"], rope["high_freq_factor"]
            length = rope["original_max_position_embeddings"]
            for i in range(0, dim, 2):
                wavelength = 2 * np.pi * base ** (i / dim)
                smooth = (length / wavelength - low) / (high - low)
                factors.append(1 if wavelength < length / high else rope["factor"] if wavelength > length / low
                               else 1 / ((1 - smooth) / rope["factor"] + smooth))
            writer.add_tensor("rope_freqs.weight", np.array(factors, dtype=np.float32))
        writer.add_bos_token_id(config["bos_token_id"])
        writer.add_eos_token_id(config["eos_token_id"])
        for name, tensor in tensors.items():
            parts = name.split(".")
            if parts[1] == "layers":
                own = f"blk.{parts[2]}.{NAMES['.'.join(parts[3:-1])]}.{parts[-1]}"
            else:
                own = f"{NAMES['.'.join(parts[:-1])]}.{parts[-1]}"
            kind = gguf.GGMLQuantizationType.F32
            data = tensor.float().numpy()
            if architecture == "llama" and "q_proj" in name: data = permute(data, heads)
            if architecture == "llama" and "k_proj" in name: data = permute(data, kv_heads)
            if tensor.dtype == torch.bfloat16 and tensor.dim() > 1:
                kind = gguf.GGMLQuantizationType.BF16
                data = gguf.quants.quantize(data, kind)
            writer.add_tensor(own, data, raw_dtype=kind)
        for write in (writer.write_header_to_file, writer.write_kv_data_to_file, writer.write_tensors_to_file):
            write()
        writer.close()


def tiny():
    """A whole model with its tokenizer, whose weights say nothing, in quantised numbers."""
    source = gguf.GGUFReader(TESTS / "TokenizersTests" / "Fixtures" / "gguf" / "smollm.gguf")
    out = TESTS / "PicBenchTests" / "Fixtures"
    out.mkdir(exist_ok=True)
    writer = gguf.GGUFWriter(out / "tiny.gguf", "llama")
    hidden, inner, layers, heads, kv_heads = 32, 64, 2, 4, 2
    writer.add_context_length(2048)
    writer.add_embedding_length(hidden)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    tokens = source.fields["tokenizer.ggml.tokens"].contents()
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types(source.fields["tokenizer.ggml.token_type"].contents())
    writer.add_token_merges(source.fields["tokenizer.ggml.merges"].contents())
    writer.add_eos_token_id(source.fields["tokenizer.ggml.eos_token_id"].contents())
    writer.add_add_bos_token(False)
    shapes = {"token_embd": (len(tokens), hidden), "output_norm": (hidden,)}
    for i in range(layers):
        for name, shape in {"attn_norm": (hidden,), "ffn_norm": (hidden,), "attn_q": (hidden, hidden),
                            "attn_k": (hidden // 2, hidden), "attn_v": (hidden // 2, hidden),
                            "attn_output": (hidden, hidden), "ffn_gate": (inner, hidden), "ffn_up": (inner, hidden),
                            "ffn_down": (hidden, inner)}.items():
            shapes[f"blk.{i}.{name}"] = shape
    for name, shape in shapes.items():
        kind = gguf.GGMLQuantizationType.F32 if len(shape) == 1 else gguf.GGMLQuantizationType.Q8_0
        values = np.ones(shape, np.float32) if len(shape) == 1 else rng.standard_normal(shape).astype(np.float32) * 0.3
        writer.add_tensor(f"{name}.weight", gguf.quants.quantize(values, kind), raw_dtype=kind)
    for write in (writer.write_header_to_file, writer.write_kv_data_to_file, writer.write_tensors_to_file):
        write()
    writer.close()


TRAINING = ["The hills of Oslo are 1234 m high, said Anna Berg's sister; they've 99 goats.\n\n", "don't  stop   now",
            "naïve café — ☕ 😀 x2\ty", "Die Straße war 2,5 km lang.", "The the THE they're", "1 22 333 4444 55555"] * 4
TEXTS = ["", " ", "The hills", " The hills", "Anna  Berg's   café", "1234567 x 89", "they've WE'LL don't", "a\n\n b\n",
         "<s>not a token</s>", "<|end|> is one", "e\u0301 ﬁ Å", "漢字 😀👍", "\tgoats\r\n", "▁ and ▁▁", "x" * 70]


def tokenizers():
    """Vocabularies that other libraries trained, and the ids that those give."""
    import sentencepiece
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    out = TESTS / "TokenizersTests" / "Fixtures" / "gguf"
    out.mkdir(exist_ok=True)
    llama3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
              r"\s*[\r\n]+|\s+(?!\S)|\s+")
    byte_level = lambda cuts: pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=cuts)
    split = lambda pattern: pre_tokenizers.Split(Regex(pattern), "isolated")
    kinds = {
        "gpt-2": (None, byte_level(True), False),
        "smollm": (None, pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level(True)]),
                   False),
        "llama-bpe": (None, pre_tokenizers.Sequence([split(llama3), byte_level(False)]), True),
        "qwen2": (normalizers.NFC(),
                  pre_tokenizers.Sequence([split(llama3.replace("{1,3}", "")), byte_level(False)]), False),
    }
    cases = []
    for pre, (normalizer, pre_tokenizer, ignores) in kinds.items():
        tokenizer = Tokenizer(models.BPE(ignore_merges=ignores))
        if normalizer: tokenizer.normalizer = normalizer
        tokenizer.pre_tokenizer = pre_tokenizer
        tokenizer.decoder = decoders.ByteLevel()
        tokenizer.train_from_iterator(TRAINING, trainers.BpeTrainer(
            vocab_size=340, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
        tokenizer.add_special_tokens([AddedToken("<|end|>", normalized=False)])
        data = json.loads(tokenizer.to_str())
        tokens = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)
        merges = [m if isinstance(m, str) else " ".join(m) for m in data["model"]["merges"]]
        writer = gguf.GGUFWriter(out / f"{pre}.gguf", "llama")
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(pre)
        writer.add_token_list(tokens)
        writer.add_token_types([3 if t == "<|end|>" else 1 for t in tokens])
        writer.add_token_merges(merges)
        writer.add_eos_token_id(tokens.index("<|end|>"))
        writer.add_add_bos_token(False)
        writer.add_chat_template("{{ messages[0].content }}")
        for write in (writer.write_header_to_file, writer.write_kv_data_to_file, writer.write_tensors_to_file):
            write()
        writer.close()
        for text in TEXTS:
            ids = tokenizer.encode(text).ids
            cases.append({"file": pre, "text": text, "ids": ids, "decoded": tokenizer.decode(ids)})
    for name, prefix in (("llama-spm", True), ("llama-spm-no-space", False)):
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(TRAINING), model_writer=model, model_type="bpe", vocab_size=420,
            byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False,
            add_dummy_prefix=prefix, split_digits=True, hard_vocab_limit=False, minloglevel=2)
        reader = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
        count = reader.get_piece_size()
        kinds = [2 if reader.is_unknown(i) else 3 if reader.is_control(i) else 6 if reader.is_byte(i) else 1
                 for i in range(count)]
        writer = gguf.GGUFWriter(out / f"{name}.gguf", "llama")
        writer.add_tokenizer_model("llama")
        writer.add_token_list([reader.id_to_piece(i) for i in range(count)])
        writer.add_token_scores([reader.get_score(i) for i in range(count)])
        writer.add_token_types(kinds)
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_unk_token_id(0)
        writer.add_add_space_prefix(prefix)
        for write in (writer.write_header_to_file, writer.write_kv_data_to_file, writer.write_tensors_to_file):
            write()
        writer.close()
        for text in TEXTS:
            # Written control tokens are text to SentencePiece, as to picbench's data.
            cases.append({"file": name, "text": text, "ids": reader.encode(text),
                          "decoded": reader.decode(reader.encode(text))})
    (out / "ids.json").write_text(json.dumps(cases))


def greedy(path):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    path = pathlib.Path(path)
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
    ids = tokenizer("The city of Bergen lies on the west coast of Norway, and", return_tensors="pt").input_ids
    print(ids[0].tolist())
    print(model.generate(ids, max_new_tokens=64, do_sample=False)[0, ids.shape[1]:].tolist())


if len(sys.argv) > 1:
    greedy(sys.argv[1])
else:
    formats()
    models()
    tokenizers()
    tiny()
