"""Loss against width: bounds, prediction, regime and exponent of one source of features."""
