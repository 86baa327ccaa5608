"""The far end as a driver that the daemon finds by its file name, as it finds any provider's."""

from collections.abc import Mapping

from bench.wire import Far

from gateways.contract import Surroundings


def gateway(name: str, options: Mapping[str, object], _: Surroundings) -> Far:
    """To the sink at `url`, or to nobody."""
    return Far(name, str(options.get("url", "")))
