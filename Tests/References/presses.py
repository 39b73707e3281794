"""kvpress' methods at a budget of keys, as ours have it."""
import importlib.machinery
import sys
import types

# What kvpress imports and none of these methods calls.
for name in ("datasets", "fire", "pandas"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__spec__ = importlib.machinery.ModuleSpec(name, None)
sys.modules["datasets"].load_dataset = sys.modules["fire"].Fire = None
import kvpress  # noqa: E402


class H2O(kvpress.ScorerPress):
    """H2O is not in kvpress as its paper has it: its scores are transformers' attention weights."""

    def score(self, module, hidden_states, keys, values, attentions, kwargs):
        groups = attentions.shape[1] // keys.shape[1]
        scores = attentions[0].sum(1).view(keys.shape[1], groups, -1).mean(1)
        scores[:, keys.shape[2] - self.recent :] = scores.max() + 1
        return scores[None]


def of(budget, length, whole):
    """Each method at a budget, as (name, what makes its press); a fraction that comes to that budget in kvpress' rounding.

    whole: also those that need a model which reads text.
    """
    ratio = 1 - (budget + 0.5) / length
    window = min(64, budget // 2, length)
    h2o = H2O(ratio)
    h2o.recent = budget // 2
    result = [
        ("keydiff", lambda: kvpress.KeyDiffPress(ratio)),
        ("streaming-llm:positions=kept", lambda: kvpress.StreamingLLMPress(ratio, n_sink=min(4, budget // 2))),
        ("streaming-llm", lambda: kvpress.KeyRerotationPress(kvpress.StreamingLLMPress(ratio, n_sink=min(4, budget // 2)))),
        ("tova", lambda: kvpress.TOVAPress(ratio)),
        ("snapkv", lambda: kvpress.SnapKVPress(ratio, window_size=window)),
        ("h2o", lambda: h2o),
        ("expected-attention", lambda: kvpress.ExpectedAttentionPress(ratio)),
        ("pyramidkv", lambda: kvpress.PyramidKVPress(1 - budget / length, window_size=min(8, budget // 2))),
        ("adakv", lambda: kvpress.AdaKVPress(kvpress.SnapKVPress(ratio, window_size=window))),
        ("adakv:over=expected-attention", lambda: kvpress.AdaKVPress(kvpress.ExpectedAttentionPress(ratio))),
    ]
    if whole:
        exact = 1 - budget / length + 1e-9
        result += [
            ("knorm", lambda: kvpress.KnormPress(ratio)),
            ("kvzip", lambda: kvpress.KVzipPress(exact)),
            ("kvzip:chunk=50", lambda: kvpress.KVzipPress(exact, chunk_size=50)),
            ("kvzip:compete=layer", lambda: kvpress.KVzipPress(exact, layerwise=True)),
        ]
    return result
