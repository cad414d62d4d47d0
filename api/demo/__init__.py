"""The demonstration: a real chain of custody that happens over HTTP and is proven, step by step."""
