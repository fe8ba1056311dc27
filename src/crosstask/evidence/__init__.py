"""What may be said from scores: intervals, paired comparisons, corrections, calibration."""
