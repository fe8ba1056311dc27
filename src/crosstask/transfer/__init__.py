"""Transfer: what one task gives to another, measured against direct training."""
