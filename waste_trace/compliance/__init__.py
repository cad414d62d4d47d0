"""Rules over recorded facts. A rule never stops a fact; it says what is wrong with it."""
