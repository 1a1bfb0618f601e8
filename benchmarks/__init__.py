"""The figures that the README quotes: `python -m benchmarks`. Each is measured side by side in one run."""
