"""Operators' pages: one file for each thing that they come to do, and its form and words beside it."""
