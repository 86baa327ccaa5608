"""What the public page is compared with: aiohttp giving the same bytes from memory, and nothing else.

`python -m bench.plain` reads the bytes' number on its first line of input, prints its port, and ends when its input does.
"""

import asyncio
import sys

from aiohttp import web
from bench import loop


async def main(size: int) -> None:
    """Listen until standard input ends."""
    body = b"x" * size

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="text/html")

    app = web.Application()
    app.router.add_get("/bench", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    loop.run(main(int(sys.argv[1])))
