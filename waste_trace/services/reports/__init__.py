"""Fills the forms from the read tables, for those who may see what stands in them."""
