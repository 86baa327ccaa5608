"""JSON API v1: bearer keys of one station each, problem documents, answers that can be asked for twice.

`alertd.web.api.routes.ROUTES` is the one table: it is what is served and what `/api/v1/openapi.json` describes.
"""

from alertd.web.api.serve import install

__all__ = ["install"]
