"""Training runs as values: where they start, how they train, where their results go."""
