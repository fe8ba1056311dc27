"""Cross-task learning and transfer with language models."""
