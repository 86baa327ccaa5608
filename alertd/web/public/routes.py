"""What anyone may fetch: a station's board and feeds, the proofs, the status, the worker."""

from typing import Final

from aiohttp import web

from alertd.web.paths import CODE, DIGEST, ID, OPEN, SLUG
from alertd.web.public import (
    accessibility,
    board,
    feeds,
    files,
    guide,
    privacy,
    sandbox,
    status,
    tiles,
    verify,
    worker,
)

PAGES: Final = (
    web.get("/accessibilite", accessibility.declaration),
    web.get(guide.PATH, guide.guide_page),
    web.get(f"{guide.PATH}/{{name:[a-z0-9][a-z0-9.-]{{0,80}}}}", guide.picture),
    web.get("/s/{slug}/donnees", privacy.notice),
    web.get(f"/a/{CODE}/{{mark:[0-9a-f]{{16}}}}", files.to_reader),
    web.get(f"/pieces/{DIGEST}", files.to_all),
    web.get(f"/s/{SLUG}{tiles.PATH}/{tiles.NUMBERS}", tiles.to_all),
    web.get(f"/s/{SLUG}/manifest.webmanifest", worker.manifest),
    web.get("/sw.js", worker.service_worker),
    web.get("/manifest.webmanifest", worker.office_manifest),
    web.get("/bac-a-sable", sandbox.to_sandbox),
    web.get("/sandbox", sandbox.sandbox_page),
    web.get("/sandbox/flux", sandbox.sandbox_stream),
    web.get("/verify", verify.verify_page),
    web.post("/verify", verify.verify),
    web.get(f"/{OPEN}", board.station_page),
    web.get(f"/{OPEN}/archives", board.archive_page),
    web.get(f"/{OPEN}/alertes/{ID}", board.notice_page),
    web.get(f"/{OPEN}/ecran", board.screen_page),
    web.get(f"/{OPEN}/cadre", board.frame_page),
    web.get(f"/{OPEN}/banniere.svg", board.banner_picture),
    web.get(f"/{OPEN}/atom.xml", feeds.atom),
    web.get(f"/{OPEN}/rss.xml", feeds.rss),
    web.get(f"/{OPEN}/alertes.geojson", feeds.features),
    web.get(f"/{OPEN}/alertes.ics", feeds.ics),
    web.get(f"/{OPEN}/cap/{ID}.xml", feeds.cap_document),
    web.get("/etat", status.status_page),
)
