"""HOW a message leaves: the contract, the text of an SMS, the loader, and one file per provider.

Knows nothing of alertd or of zones. Adding a gateway is adding one file here and one table in alertd.toml:
the file holds a `Gateway` and the name `gateway`, which builds it (see `gateways.loader`).
"""
