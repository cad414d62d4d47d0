"""The domain of custody: what can happen to waste, who may say so, and what follows from it."""
