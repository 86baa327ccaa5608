"""What anyone may read or fetch without a log-in: boards, feeds, files, proofs, and the worker of the phone's application."""
