"""What tests of the store's contract write and read."""


async def keys(db):
    return [row["key"] for row in await db.fetch("contract.all")]


async def put(db, *keys):
    async with db.transaction() as tx:
        for key in keys:
            await tx.execute("contract.put", key, "1")
