"""Prompts of chat models by transformers' apply_chat_template, for published templates.

    python chat_templates.py ../shared/data/tokenizers

The tokenizers are small ones of TokenizersTests with the templates' tokens added. Templates that say which day
it is are rendered on the 26th of July 2024. Folders of published
tokenizers that have a template are read as well; the tests read them where they are beside the checkout.
"""
import datetime
import json
import pathlib
import sys

import transformers.utils.chat_template_utils as utils
from tokenizers import AddedToken, Tokenizer
from transformers import AutoTokenizer, PreTrainedTokenizerFast

ROOT = pathlib.Path(__file__).parent.parent
OUT = ROOT / "PromptingTests" / "Fixtures"
TEMPLATES = ROOT / "JinjaTests" / "Fixtures" / "templates"
PIPELINES = {p["name"]: p for p in json.loads((ROOT / "TokenizersTests/Fixtures/pipelines.json").read_text())["pipelines"]}



class Day(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2024, 7, 26)


utils.datetime = Day

# Sources/Prompting/PromptFormat.swift
CONTEXT = "Anna Berg works as a baker in Oslo"
QUESTION = ("Answer the question about the text above with as few of its words as possible.\n"
            "Question: Where does Anna Berg work?")

SWITCH = ("{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}")
LLAMA2 = (
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}"
    "{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}" + SWITCH +
    "{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + "
    "message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}"
    "{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}"
    "{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}")
LLAMA3 = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + "
    "'<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}"
    "{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}")
LLAMA31 = (
    "{{- bos_token }}\n{%- if not date_string is defined %}\n    {%- set date_string = \"26 Jul 2024\" %}\n{%- endif %}\n"
    "{%- if messages[0]['role'] == 'system' %}\n    {%- set system_message = messages[0]['content']|trim %}\n    {%- set messages = messages[1:] %}\n"
    "{%- else %}\n    {%- set system_message = \"\" %}\n{%- endif %}\n{{- \"<|start_header_id|>system<|end_header_id|>\\n\\n\" }}\n"
    "{{- \"Cutting Knowledge Date: December 2023\\n\" }}\n{{- \"Today Date: \" + date_string + \"\\n\\n\" }}\n{{- system_message }}\n"
    "{{- \"<|eot_id|>\" }}\n{%- for message in messages %}\n    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ "
    "message['content'] | trim + '<|eot_id|>' }}\n{%- endfor %}\n{%- if add_generation_prompt %}\n"
    "    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}\n{%- endif %}\n")
MISTRAL = (
    "{{ bos_token }}{% for message in messages %}" + SWITCH + "{% if message['role'] == 'user' %}"
    "{{ OPEN + message['content'] + CLOSE }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token }}"
    "{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}")
ZEPHYR = (
    "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n"
    "{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' + message['content'] + eos_token }}\n"
    "{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n"
    "{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}")
CHATML = (
    "{% for message in messages %}FIRST{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
FIRST = ("{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, "
         "trained by Hugging Face<|im_end|>\n' }}{% endif %}")

S = ("<s>", "</s>")
L3 = ("<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>")
ML = ("<|endoftext|>", "<|im_end|>", "<|im_start|>")
G = ("<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>")
P = ("<s>", "<|endoftext|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
D = ("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>", "<think>")


def mistral(opening, closing):
    return MISTRAL.replace("OPEN", repr(opening)).replace("CLOSE", repr(closing))


# name: (tokenizer, begin, end and other tokens, template, what ends a turn where it is not the end token)
CASES = {
    "llama-2": ("llama2-normalizer", S, LLAMA2),
    "llama-2-first": ("llama2-metaspace-first", S, LLAMA2),
    "llama-3": ("llama3", L3, LLAMA3),
    "llama-3.1": ("llama3", L3, LLAMA31),
    "mistral-0.1": ("llama2-normalizer", S, mistral("[INST] ", " [/INST]")),
    "mistral-0.2": ("llama2-metaspace-first", S, mistral(" [INST] ", " [/INST]")),
    "mistral-0.3": ("llama2-metaspace-first", (*S, "[INST]", "[/INST]"), mistral("[INST] ", "[/INST]")),
    "mistral-nemo": ("llama3", (*S, "[INST]", "[/INST]"), mistral("[INST]", "[/INST]")),
    "zephyr": ("llama2-metaspace-first", S, ZEPHYR),
    "tinyllama": ("llama2-normalizer", S, ZEPHYR),
    "chatml": ("qwen2", ML, CHATML.replace("FIRST", "")),
    "smollm2": ("smollm2", ML, CHATML.replace("FIRST", FIRST)),
}
# Templates of our own in the style of others.
STYLES = {
    "qwen-2.5": ("qwen2", ML), "qwen-3": ("qwen2", ML), "llama-3.2": ("llama3", L3), "smollm3": ("llama3", ML),
    "gemma-2": ("gemma", G, "<end_of_turn>"), "gemma-3": ("gemma", G, "<end_of_turn>"),
    "phi-3": ("llama2-metaspace-first", P, "<|end|>"), "phi-4-mini": ("gpt2", P, "<|end|>"),
    "mistral-v1": ("llama2-normalizer", S), "mistral-v3": ("llama2-metaspace-first", (*S, "[INST]", "[/INST]")),
    "mistral-tekken": ("llama3", (*S, "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]")),
    "granite-3": ("gpt2", ("<|end_of_text|>", "<|end_of_text|>", "<|start_of_role|>", "<|end_of_role|>")),
    "deepseek": ("llama3", D), "olmo-2": ("gpt2", ("<|endoftext|>", "<|endoftext|>")),
}
for style, (pipeline, tokens, *end) in STYLES.items():
    CASES[style] = (pipeline, tokens, (TEMPLATES / f"{style}.jinja").read_text(), *end)

# What a prompt can have besides: what the system says, shots, what stands before the context.
SYSTEM = "Be brief."
SHOT = ("Oslo is big.\n\n" + QUESTION.replace("Where does Anna Berg work?", "What is big?"), "Oslo")
BEFORE = "Read this."


def messages(full, merged):
    system, shots = ([{"role": "system", "content": SYSTEM}], [
        {"role": "user", "content": SHOT[0]}, {"role": "assistant", "content": SHOT[1]}]) if full else ([], [])
    before = BEFORE + "\n\n" if full else ""
    result = shots + [{"role": "user", "content": before + CONTEXT + "\n\n" + QUESTION}]
    if full and merged:
        result[0]["content"] = SYSTEM + "\n\n" + result[0]["content"]
        return result
    return system + result


def prompt(tokenizer, full=False):
    options = {"add_generation_prompt": True, "tokenize": False}
    try:
        text = tokenizer.apply_chat_template(messages(full, False), **options)
    except Exception:
        text = ""
    if full and SYSTEM not in text:
        # A template that refuses a system or forgets it: its words begin the first message.
        text = tokenizer.apply_chat_template(messages(full, True), **options)
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    # What tokenizers itself makes of the text.
    assert ids == tokenizer._tokenizer.encode(text, add_special_tokens=False).ids
    print(repr(text))
    return ids


result = []
for name, (pipeline, tokens, template, *end) in CASES.items():
    base = json.loads((ROOT / f"TokenizersTests/Fixtures/{PIPELINES[pipeline]['base']}.json").read_text())
    parts = json.loads(json.dumps(PIPELINES[pipeline]["parts"]))
    parts["added_tokens"] = []
    parts["post_processor"] = None
    tokenizer = Tokenizer.from_str(json.dumps({**base, **parts, "model": {**base["model"], **parts["model"]}}))
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in tokens])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=tokens[0], eos_token=tokens[1])
    fast.chat_template = template
    parts["added_tokens"] = json.loads(tokenizer.to_str())["added_tokens"]
    configuration = {"bos_token": tokens[0], "eos_token": tokens[1]}
    if name not in STYLES:
        configuration["chat_template"] = template
    result.append({
        "name": name, "base": PIPELINES[pipeline]["base"], "parts": parts, "configuration": configuration,
        "end": end[0] if end else tokens[1], "plain": prompt(fast), "full": prompt(fast, full=True)})

folders = {}
for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    configuration = folder / "tokenizer_config.json"
    if configuration.exists() and "<|im_start|>" in json.loads(configuration.read_text()).get("chat_template", ""):
        folders[folder.name] = prompt(AutoTokenizer.from_pretrained(folder))
OUT.mkdir(parents=True, exist_ok=True)
(OUT / "chat-templates.json").write_text(json.dumps(
    {"context": CONTEXT, "question": "Where does Anna Berg work?", "cases": result, "folders": folders}, ensure_ascii=False, separators=(",", ":")))
print((OUT / "chat-templates.json").stat().st_size)
