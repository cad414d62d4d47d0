"""HTTP around `waste_trace.witness`: serve a witness, ask witnesses, follow a log as a mirror."""
