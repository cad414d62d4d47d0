"""Use cases, one verb each. They take a deployment and plain values and raise domain errors."""
