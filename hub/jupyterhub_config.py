"""JupyterHub for a class on one server.

Each student has an account of the server, and a JupyterLab with the book.

Started by `hub/run`; the book's page "Running a hub for a class" says how to prepare a server, and
what to change here.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821 (given by JupyterHub)

HUB = Path(__file__).resolve().parent
BOOK = HUB.parent
#: What the hub keeps: who is logged in, its secrets, and the exchange of assignments. Outlives
#: updates of the book.
STATE = Path(os.environ.get("HUB_STATE", "/srv/unsigned-peace-state"))
EXCHANGE = STATE / "exchange"

STATE.mkdir(parents=True, exist_ok=True)
STATE.chmod(0o711)  # students reach the exchange through it and see nothing else
EXCHANGE.mkdir(exist_ok=True)
# nbgrader asks for this: students hand in here; it keeps their folders from each other
EXCHANGE.chmod(0o777)

# Where it listens: this machine only. A web server in front adds the public name and HTTPS.
c.JupyterHub.bind_url = os.environ.get("HUB_ADDRESS", "http://127.0.0.1:8000")
c.JupyterHub.db_url = f"sqlite:///{STATE}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = f"{STATE}/cookie_secret"
c.ConfigurableHTTPProxy.command = [str(HUB / "node_modules" / ".bin" / "configurable-http-proxy")]
c.ConfigurableHTTPProxy.pid_file = f"{STATE}/proxy.pid"

# Who may come in: accounts of this server that belong to the group "students".
c.JupyterHub.authenticator_class = "pam"
c.LocalAuthenticator.allowed_groups = {"students"}

# What a student gets: a JupyterLab of the hub's own environment, run by the student's own account.
c.JupyterHub.spawner_class = "localprocess"
c.Spawner.cmd = [
    "prlimit",
    # bytes of memory that each process may fill: a cell that wants more gets a MemoryError
    "--data=2147483648",
    "--nproc=512",  # processes and threads of the account
    "--fsize=1073741824",  # bytes of a file
    "--core=0",
    "--",
    str(HUB / ".venv" / "bin" / "jupyterhub-singleuser"),
]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {
    "JUPYTER_CONFIG_PATH": os.pathsep.join(
        str(folder) for folder in (HUB / "config", BOOK / "unsigned_peace" / "lab" / "config")
    ),
    "HUB_EXCHANGE": str(EXCHANGE),
    "OMP_NUM_THREADS": "1",  # one student's chapter keeps one processor busy, not all
    "OPENBLAS_NUM_THREADS": "1",
}
# A whole class starts in the same minute; on two processors the last of twenty waits longest.
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 300
c.JupyterHub.concurrent_spawn_limit = 0
