"""The bare thing the inbound webhook is measured against: FastAPI, one indexed select, one committed insert.

`python -m bench.baseline PORT DSN` serves `POST /bare?number=…&key=…`.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from fastapi import FastAPI, Request

POOL_SIZE = 4  # the same as the product's default


def create_app(dsn: str) -> FastAPI:
    """One endpoint."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool = await asyncpg.create_pool(dsn, min_size=POOL_SIZE, max_size=POOL_SIZE)
        yield
        await app.state.pool.close()

    app = FastAPI(lifespan=lifespan)

    @app.post("/bare")
    async def bare(number: str, key: str, request: Request) -> dict[str, str]:
        """Look one identity up and insert one row."""
        async with request.app.state.pool.acquire() as connection:
            row = await connection.fetchrow(
                "select customer_id from identities where kind = 'phone' and value = $1", number
            )
            await connection.execute("insert into bench_rows (key, customer_id) values ($1, $2)", key, row[0])
        return {"customer": str(row[0])}

    return app


if __name__ == "__main__":
    uvicorn.run(
        create_app(sys.argv[2]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
    )
