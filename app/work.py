"""`skranke work`, and the child that `skranke serve` starts for it."""

from __future__ import annotations

import asyncio

from app.child import without_decoration


def main() -> None:
    """Until SIGTERM, SIGINT, or until the parent is gone."""
    from app import ticker
    from app.logs import never_log, write_logs
    from app.settings import get_settings

    write_logs()
    settings = get_settings()
    never_log(settings.secrets())
    asyncio.run(ticker.work(settings))


if __name__ == "__main__":
    without_decoration()
    main()
