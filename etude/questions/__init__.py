"""Quick questions: read from `quiz.toml`, drawn from a seed, and answered."""
