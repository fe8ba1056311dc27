"""A bundle at work: loading, predicting, evaluating."""
