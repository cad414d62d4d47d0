"""An invented district over months, with planted faults: what the rules find of them, and miss."""
