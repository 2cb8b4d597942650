"""A private PostgreSQL for one checkout: started by the service, stopped when nobody uses it.

For laptops, demos and tests. With SWITCHBOARD_DATABASE_URL set the product never imports this package.
Standard library only, because its supervisor runs in an interpreter without installed packages.
"""

import sys

from app.core.embedded_postgres.errors import EmbeddedPostgresError

if sys.platform == "win32":
    from app.core.embedded_postgres.unsupported import EmbeddedPostgres, RunningPostgres
else:
    from app.core.embedded_postgres.launcher import EmbeddedPostgres, RunningPostgres

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "RunningPostgres"]
