"""kill -9 while access is given and taken: nothing is forgotten, and nothing is given that no yes holds for.

The whole table: `python -m tests.access.killed ROUNDS`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.access.connected import connect
from tests.access.graph_server import open_directory
from tests.access.killed import kill_all
from tests.conftest import OwnDatabase

WITHDRAWN = "give, the yes withdrawn meanwhile"
KILLS = (
    (WITHDRAWN, "follow", "committed"),
    (WITHDRAWN, "send", "claimed"),
    (WITHDRAWN, "send", "done"),
    ("give, approved", "send", "done"),
    ("take away", "send", "begun"),
    ("take away", "send", "settled"),
)
"""Where it is most easily lost, or given all the same."""


async def test_whatever_step_it_is_killed_at_a_grant_ends_as_it_should(
    own_database: OwnDatabase, shipped: Any, tmp_path: Path
) -> None:
    async with open_directory() as directory:
        connected = await connect(own_database, shipped, directory, tmp_path)
        table = await kill_all(connected, tmp_path / "secret", KILLS)
        for provisioner in connected.provisioners.values():
            await provisioner.close()
    assert table.kills == len(KILLS)
    assert table.wrong == 0, "\n".join(table.lines())
