extension CompressorRecipe {
    /// A recipe to start from for a model of one's own, in one line: texts first, then what is asked about them.
    public static let example = """
        {"name": "pic", "method": "pic", "seed": 1, "encoder": {"lora": {"rank": 32, "alpha": 64, "targets": "all-linear"}}, \
        "levels": [{"steps": 600, "ratios": [4, 16], "contextTokens": [64, 256], "lessons": {"readBack": 1, "continuation": 1}}, \
        {"steps": 400, "ratios": [4, 16], "contextTokens": [32, 256], "lessons": {"answers": 4, "readBack": 1}}], \
        "contextTokensPerStep": 1024, "questions": 4, "optimizer": {"muonRate": 0.006, "adamWRate": 0.0015, "clip": 1, \
        "schedule": {"shape": "linear", "warmUp": 50, "decay": 0.65, "floor": 0.02}}, \
        "evaluation": {"every": 100, "documents": 32}, "checkpointEvery": 50}
        """
}
