"""The hub's own configuration, for a test on loopback.

Any name with one password, and no accounts of the system.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821 (given by JupyterHub)
hub = Path(__file__).resolve().parents[2] / "hub" / "jupyterhub_config.py"
load_subconfig(str(hub))  # noqa: F821 (given by JupyterHub)

c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = os.environ["HUB_PASSWORD"]
c.Authenticator.allow_all = True

c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(
    Path(os.environ["HUB_STATE"]) / "home" / "{username}"
)
c.Spawner.args = ["--allow-root"]
c.JupyterHub.hub_port = int(os.environ["HUB_PORT"])
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{os.environ['PROXY_PORT']}"
