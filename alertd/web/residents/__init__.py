"""Residents' and passers-by's pages: joining, proving, what is kept about them, the page behind their link."""
