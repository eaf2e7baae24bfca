# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Odoo with worker processes, without the process for live connections; tells who was started."""

import sys


def main() -> None:
    """Start Odoo with the arguments of the command line."""
    import odoo.cli
    from odoo.service import server

    spawn = server.PreforkServer.worker_spawn

    def tell(self, klass, registry):
        worker = spawn(self, klass, registry)
        if worker:
            print(f"{klass.__name__} {worker.pid}", flush=True)
        return worker

    server.PreforkServer.worker_spawn = tell
    server.PreforkServer.long_polling_spawn = lambda self: None
    sys.argv = ["odoo", "server", *sys.argv[1:]]
    odoo.cli.main()


if __name__ == "__main__":
    main()
