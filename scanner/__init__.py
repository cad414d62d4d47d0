"""What is seen: from pixels and wires to codes and verdicts, and the handheld that signs them."""
