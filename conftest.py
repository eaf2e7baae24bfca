"""Make the Odoo-free packages of the addons importable by the unit tests.

`addons/datev_export/extf` is then `extf`, `addons/channel_connectors/channels` is `channels`, and
so on. The folders go to the end of the path, so that they never hide another package.
"""

import sys
from pathlib import Path

for manifest in sorted(Path(__file__).parent.glob("addons/*/__manifest__.py")):
    folder = str(manifest.parent)
    if folder not in sys.path:
        sys.path.append(folder)
