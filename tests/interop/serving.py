"""A running server, and the programs around it."""

import contextlib
import json
import os
import subprocess
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from driving import TIMEOUT, Simulator, eventually, free_port

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))

HOOK_SECRET = "whsec_interopSandbox"


class Inbox:
    """The webhook endpoint of the seller: stores the headers and the raw body of each delivery."""

    def __init__(self):
        self.deliveries = []
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.deliveries.append((dict(self.headers.items()), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/licenses"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def wait_for(self, event: str):
        find = lambda: [d for d in self.deliveries if json.loads(d[1])["event"] == event]
        headers, body = eventually(find, event)[0]
        return {name.lower(): value for name, value in headers.items()}, body

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Mintage:
    """The server at a URL, and the environment of its commands."""

    def __init__(self, url: str, environment: dict):
        self.url, self.environment = url, environment

    def call(self, method: str, path: str, token: str | None = None, body=None, **headers):
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json", **headers}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            return json.load(answer)

    def ready(self) -> bool:
        try:
            return self.call("GET", "/readyz")["status"] == "ready"
        except urllib.error.URLError:
            return False

    def command(self, *words: str) -> dict:
        program = [TARGET / "debug" / "mintage", *words, "--json"]
        done = subprocess.run(program, env=self.environment, check=True, capture_output=True)
        return json.loads(done.stdout)


@contextlib.contextmanager
def served(folder: Path, **settings: str):
    """Runs the built server on a new database, with a simulator whose webhooks go to this server."""
    server_address, simulator_address = (f"127.0.0.1:{free_port()}" for _ in range(2))
    environment = {
        "MINTAGE_LISTEN": server_address,
        "DATABASE_URL": f"sqlite://{folder}/mintage.db",
        "MINTAGE_ALLOW_NETS": "127.0.0.0/8",
        "STRIPE_API_URL": f"http://{simulator_address}",
        "STRIPE_CONNECT_URL": f"http://{simulator_address}",
        "STRIPE_SANDBOX_CONNECT_CLIENT_ID": Simulator.client_ids["test"],
        "STRIPE_SANDBOX_SECRET_KEY": Simulator.test_key,
        "STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET": HOOK_SECRET,
        **settings,
    }
    simulator = [
        TARGET / "debug" / "mintage-stripe-sim",
        *("--listen", simulator_address),
        *("--control-token", Simulator.control_token),
        *("--redirect-uri", f"http://{server_address}/stripe/callback"),
        *("--test-webhook", f"http://{server_address}/api/stripe/webhook/connect", HOOK_SECRET),
    ]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    programs = [
        subprocess.Popen(simulator, **quiet),
        subprocess.Popen([TARGET / "debug" / "mintage", "serve"], env=environment, **quiet),
    ]
    try:
        server = Mintage(f"http://{server_address}", environment)
        eventually(server.ready, "the server")
        yield server
    finally:
        for program in programs:
            program.kill()
            program.wait()
