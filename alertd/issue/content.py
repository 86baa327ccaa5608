from alertd.store.contents import dumps, fingerprint, from_json, headline, loads, to_json  # noqa: F401
